import { defer, fromEvent, map, type MonoTypeOperatorFunction, of, takeUntil } from 'rxjs';
import { check } from '../util/check.js';

/**
 * Errors with the signal's reason at once when it is aborted, for callers that hold an `AbortSignal`.
 *
 * ```text
 * source:  -a-b-c-|
 * signal:  ----x       x = aborted with the reason 'left'
 * result:  -a-b#       'left'
 * ```
 *
 * The source is unsubscribed, so its request is aborted too; with a signal that is already aborted it is never
 * subscribed. Values, errors and completion pass through unchanged. The signal is listened to only while the source runs:
 * nothing stays on it after completion, error or unsubscribing, however many streams one signal serves.
 *
 * @throws TypeError when `signal` is no `AbortSignal`.
 * @see rxjs `takeUntil` to complete instead, `unsubscribe` where no signal is needed.
 */
export function throwIfAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  const { aborted, addEventListener } = (signal as Partial<AbortSignal> | null | undefined) ?? {};
  check(typeof aborted === 'boolean' && typeof addEventListener === 'function', 'signal', 'an AbortSignal', signal);
  const abort = defer(() => (signal.aborted ? of(undefined) : fromEvent(signal, 'abort')));
  return takeUntil(
    abort.pipe(
      map(() => {
        throw signal.reason;
      }),
    ),
  );
}
