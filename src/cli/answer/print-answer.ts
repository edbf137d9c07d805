import { identity, map, type Observable, type OperatorFunction, pipe } from 'rxjs';
import {
  type AnswerValue,
  coalesceText,
  type RetryNotice,
  textDeltas,
  throwIfRefused,
  throwIfTruncated,
  toText,
} from '../../index.node.js';
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
 *
 * An answer that is to be JSON is printed as far as it fits its schema, and errors with an `OutputError` if it does not.
 */
export function toOutput({ json, stream, jsonAnswer }: DisplayOptions): OperatorFunction<AnswerValue, string> {
  if (jsonAnswer !== undefined) {
    return pipe(throwIfTruncated(), throwIfRefused(), textDeltas(), jsonAnswer.print);
  }
  return json ? map((chunk) => `${JSON.stringify(chunk)}\n`) : pipe(textDeltas(), stream ? identity : toText());
}
