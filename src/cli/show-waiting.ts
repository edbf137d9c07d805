import {
  asyncScheduler,
  connect,
  finalize,
  materialize,
  merge,
  type MonoTypeOperatorFunction,
  NEVER,
  type SchedulerLike,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { styleText } from 'node:util';

/** How long one waits without wondering, in milliseconds. */
const unnoticed = 400;
const eraseLine = '\r\u001b[K';

/**
 * Passes everything through. When the first value is long in coming, a terminal says meanwhile that something is awaited;
 * that is erased before the value, completion or error is passed on, and when it is unsubscribed.
 */
export function showWaiting<T>(
  terminal: NodeJS.WriteStream,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  if (!terminal.isTTY) {
    return (source) => source;
  }
  const waiting = timer(unnoticed, scheduler).pipe(
    tap(() => terminal.write(styleText('dim', 'Waiting for the answer …', { stream: terminal }))),
    switchMap(() => NEVER.pipe(finalize(() => terminal.write(eraseLine)))),
  );
  return connect((values) => merge(waiting.pipe(takeUntil(values.pipe(materialize()))), values));
}
