import { identity, map, type Observable, type OperatorFunction, pipe } from 'rxjs';
import { type AnswerValue, coalesceText, type RetryNotice, textDeltas, toText } from '../../index.node.js';
import { printText, type Streams } from '../terminal/output.js';
import { showWaiting } from '../terminal/show-waiting.js';
import { reportEnding } from './ending.js';
import type { DisplayOptions } from './request.js';

/**
 * Prints an answer to stdout, then reports on stderr how it ended. Emits nothing, completes when everything is written, and
 * passes errors on after the text before them.
 *
 * @param retries Emits when the pause before a retry begins, which is shown on stderr.
 */
export function printAnswer(
  display: DisplayOptions,
  retries: Observable<RetryNotice>,
  { stdout, stderr }: Streams,
): OperatorFunction<AnswerValue, never> {
  const { delay, stats } = display;
  const print = pipe(
    toOutput(display),
    showWaiting(stderr, retries),
    delay === 0 ? identity : coalesceText(delay),
    printText(stdout),
  );
  return reportEnding(print, { stderr, stats });
}

/**
 * Converts the chunks or events of an answer to the text for stdout: each piece as it comes, the whole text at the end, or
 * each of them as a line of JSON. Errors pass through unchanged; the whole text is emitted for a complete answer only.
 */
export function toOutput({ json, stream }: DisplayOptions): OperatorFunction<AnswerValue, string> {
  return json ? map((chunk) => `${JSON.stringify(chunk)}\n`) : pipe(textDeltas(), stream ? identity : toText());
}
