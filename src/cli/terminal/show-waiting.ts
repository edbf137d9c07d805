import { styleText } from 'node:util';
import {
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
  startWith,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { ErrorKind, RetryNotice } from '../../index.node.js';
import { writeLine } from './output.js';
import { eraseLine } from './text.js';

/** How long to wait in silence, in milliseconds. */
const quietTime = 400;
const second = 1000;
const waiting = 'Waiting for the answer …';

/** Why a request is retried, for the kinds of error that a retry may heal. */
const reasons: Readonly<Partial<Record<ErrorKind, string>>> = {
  rate_limit: 'rate limited',
  overloaded: 'the server is overloaded',
  server: 'the server failed',
  timeout: 'timed out',
  connection: 'connection failed',
  truncated: 'the answer was cut off',
};

/**
 * Mirrors the source. While its first value is late, a terminal shows that the answer is awaited, and counts down the pauses
 * between attempts; the line is erased before the value, completion or error passes, and on unsubscribe. Any other output
 * gets one line per pause.
 *
 * @param retries Emits when the pause before a retry begins.
 */
export function showWaiting<T>(
  output: NodeJS.WriteStream,
  retries: Observable<RetryNotice>,
): MonoTypeOperatorFunction<T> {
  const shown = output.isTTY
    ? statusTexts(retries).pipe(switchMap((text) => showText(output, text)))
    : retries.pipe(tap(writeRetry(output)));
  return connect((values) => merge(shown.pipe(ignoreElements(), takeUntil(values.pipe(materialize()))), values));
}

/**
 * Writes a line for each retry.
 *
 * @param label Written before it, where several answers are printed at once.
 */
export function writeRetry(output: NodeJS.WriteStream, label = ''): (notice: RetryNotice) => void {
  return (notice) => writeLine(output, `${label}${describeRetry(notice, notice.delay)}`, 'dim');
}

/** Emits the text to show, each time it changes. */
function statusTexts(retries: Observable<RetryNotice>): Observable<string> {
  return retries.pipe(
    map((notice) => concat(countdown(notice), of(waiting))),
    startWith(timer(quietTime).pipe(map(() => waiting))),
    switchMap((texts) => texts),
  );
}

function countdown(notice: RetryNotice): Observable<string> {
  return timer(0, second).pipe(
    map((passed) => describeRetry(notice, notice.delay - passed * second)),
    takeUntil(timer(notice.delay)),
  );
}

/** @param remaining Milliseconds until the retry, shown as whole seconds, at least one. */
function describeRetry({ reason }: RetryNotice, remaining: number): string {
  return `${reasons[reason.kind] ?? 'failed'}, retrying in ${Math.max(Math.ceil(remaining / second), 1)} s`;
}

/** Shows a text on the terminal's current line while subscribed. */
function showText(terminal: NodeJS.WriteStream, text: string): Observable<never> {
  return defer(() => {
    terminal.write(styleText('dim', text, { stream: terminal }));
    return NEVER;
  }).pipe(finalize(() => terminal.write(eraseLine)));
}
