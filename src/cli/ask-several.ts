import { catchError, concat, defer, EMPTY, identity, map, merge, type Observable, pipe, tap, throwError } from 'rxjs';
import { coalesceText, labelWith, retryTransient, type AnswerChunk } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { AlreadyTold } from './already-told.js';
import { eraseLine } from './erase-line.js';
import { explainError } from './explain-error.js';
import { Interrupted } from './interrupted.js';
import { noteEnding } from './note-ending.js';
import { numberTwins } from './number-twins.js';
import { oneLine } from './one-line.js';
import { printText } from './print-text.js';
import type { Question } from './question.js';
import { requestAnswer } from './request-answer.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';
import { throwIfInterrupted } from './throw-if-interrupted.js';
import { toLines } from './to-lines.js';
import { toOutput } from './to-output.js';
import { writeLine } from './write-line.js';
import { writeRetry } from './write-retry.js';

/**
 * Asks several models at once and prints their answers line by line, as each line is whole, behind the name of its model,
 * numbered where one is asked twice. What goes wrong with one is said in one line and stops no other; in the end it is an
 * {@link AlreadyTold} error. Emits nothing.
 *
 * @param interruptions Ends all answers by its first value, as an {@link Interrupted} error, after the lines they had begun.
 */
export function askSeveral(
  server: Server,
  models: readonly string[],
  prompt: string,
  question: Question,
  { stdout, stderr }: Streams,
  interruptions: Observable<unknown>,
): Observable<never> {
  const { display, retries: count } = question;
  const names = numberTwins(models);
  const width = Math.max(...names.map((name) => oneLine(name).length));
  // All that is printed ends its line, so on the last one a terminal shows nothing but the keys that interrupt.
  const stops = interruptions.pipe(tap(() => stdout.isTTY && stdout.write(eraseLine)));

  return defer(() => {
    let failed = false;
    let interrupted = false;
    const answers = models.map((model, index) => {
      const name = names[index] ?? model;
      const label = `${oneLine(name).padEnd(width)} │ `;
      const lines = pipe(
        toOutput(display),
        toLines(),
        map((line) => `${label}${line}\n`),
      );
      return requestAnswer(server.client, model, prompt, question).pipe(
        retryTransient({ count, notify: writeRetry(stderr, label) }),
        throwIfInterrupted(stops),
        noteEnding(display.json ? toLabelledJson(name) : lines, { stderr, stats: display.stats, label }),
        adviseOnModel(server),
        catchError((error: unknown) => {
          if (error instanceof Interrupted) {
            interrupted = true;
            return EMPTY;
          }
          failed = true;
          writeLine(stderr, `rxllm: ${oneLine(name)}: ${explainError(error)}`, 'red');
          return EMPTY;
        }),
      );
    });
    return concat(
      merge(...answers).pipe(display.delay === 0 ? identity : coalesceText(display.delay), printText(stdout)),
      defer(() => {
        if (interrupted) {
          return throwError(() => new Interrupted());
        }
        return failed ? throwError(() => new AlreadyTold()) : EMPTY;
      }),
    );
  });
}

/** Each chunk as a line of JSON that tells its model, which servers often name otherwise. */
function toLabelledJson(name: string) {
  return pipe(
    labelWith<AnswerChunk, string>(name),
    map((labelled) => `${JSON.stringify(labelled)}\n`),
  );
}
