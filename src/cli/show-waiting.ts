import {
  asyncScheduler,
  concat,
  connect,
  defer,
  finalize,
  ignoreElements,
  map,
  materialize,
  merge,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  startWith,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { styleText } from 'node:util';
import type { RetryNotice } from '../index.node.js';
import { describeRetry } from './describe-retry.js';
import { eraseLine } from './erase-line.js';
import { writeRetry } from './write-retry.js';

/** How long one waits without wondering, in milliseconds. */
const unnoticed = 400;
const second = 1000;
const waiting = 'Waiting for the answer …';

/**
 * Passes everything through. When the first value is long in coming, a terminal says meanwhile that something is awaited,
 * and counts down the pauses before further attempts; that is erased before the value, completion or error is passed on,
 * and when it is unsubscribed. Elsewhere each pause is one line.
 *
 * @param retries Emits when a pause before a further attempt begins.
 */
export function showWaiting<T>(
  output: NodeJS.WriteStream,
  retries: Observable<RetryNotice> = NEVER,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  const shown = output.isTTY
    ? status(retries, scheduler).pipe(switchMap((text) => showText(output, text)))
    : retries.pipe(tap(writeRetry(output)));
  return connect((values) => merge(shown.pipe(ignoreElements(), takeUntil(values.pipe(materialize()))), values));
}

/** Emits what is to be shown, whenever that changes. */
function status(retries: Observable<RetryNotice>, scheduler: SchedulerLike): Observable<string> {
  const patience = timer(unnoticed, scheduler).pipe(map(() => waiting));
  return retries.pipe(
    map((notice) => concat(countDown(notice, scheduler), of(waiting))),
    startWith(patience),
    switchMap((texts) => texts),
  );
}

function countDown(notice: RetryNotice, scheduler: SchedulerLike): Observable<string> {
  return timer(0, second, scheduler).pipe(
    map((passed) => describeRetry(notice, notice.delay - passed * second)),
    takeUntil(timer(notice.delay, scheduler)),
  );
}

/** Shows a text on the terminal's current line for as long as it is subscribed. */
function showText(terminal: NodeJS.WriteStream, text: string): Observable<never> {
  return defer(() => {
    terminal.write(styleText('dim', text, { stream: terminal }));
    return NEVER;
  }).pipe(finalize(() => terminal.write(eraseLine)));
}
