import { type MonoTypeOperatorFunction, Observable, takeUntil } from 'rxjs';
import { check } from '../util/check.js';
import { checkCalled } from '../util/misuse.js';

/**
 * Errors with the signal's reason as soon as it is aborted, for callers that have an `AbortSignal`.
 *
 * ```text
 * source:  -a-b-c-|
 * signal:  ----x       x = aborted with the reason 'left'
 * result:  -a-b#       'left'
 * ```
 *
 * The source is unsubscribed, which aborts its request; if the signal is already aborted, it is never subscribed. Values,
 * errors and completion pass through unchanged. The listener is removed on completion, error and unsubscribe.
 *
 * @throws TypeError if `signal` is not an `AbortSignal`.
 * @see rxjs `takeUntil` to complete instead, `unsubscribe` if no signal is needed.
 */
export function throwIfAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  checkCalled('throwIfAborted', signal);
  const { aborted, addEventListener } = (signal as Partial<AbortSignal> | null | undefined) ?? {};
  check(typeof aborted === 'boolean' && typeof addEventListener === 'function', 'signal', 'an AbortSignal', signal);
  const abort = new Observable<never>((subscriber) => {
    const fail = (): void => subscriber.error(signal.reason);
    if (signal.aborted) {
      fail();
      return undefined;
    }
    signal.addEventListener('abort', fail);
    return () => signal.removeEventListener('abort', fail);
  });
  return takeUntil(abort);
}
