import { identity, type Observable, type OperatorFunction, pipe } from 'rxjs';
import { coalesceText, type RetryNotice, type AnswerChunk } from '../index.node.js';
import { noteEnding } from './note-ending.js';
import { printText } from './print-text.js';
import type { Display } from './question.js';
import { showWaiting } from './show-waiting.js';
import type { Streams } from './streams.js';
import { toOutput } from './to-output.js';

/**
 * Prints an answer on stdout as `display` says; then, on stderr, what is to be known about its end. Emits nothing,
 * completes when all is written, and passes errors on after what came before them.
 *
 * @param retries Emits when a pause before a further attempt begins, which is shown on stderr.
 */
export function printAnswer(
  display: Display,
  retries: Observable<RetryNotice>,
  { stdout, stderr }: Omit<Streams, 'stdin'>,
): OperatorFunction<AnswerChunk, never> {
  const { delay, stats } = display;
  const print = pipe(
    toOutput(display),
    showWaiting(stderr, retries),
    delay === 0 ? identity : coalesceText(delay),
    printText(stdout),
  );
  return noteEnding(print, { stderr, stats });
}
