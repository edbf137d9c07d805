import { catchError, concat, defer, EMPTY, identity, map, merge, type Observable, pipe, throwError } from 'rxjs';
import { coalesceText, labelWith, retryTransient, type TextChunk } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { AlreadyTold } from './already-told.js';
import { explainError } from './explain-error.js';
import { noteEnding } from './note-ending.js';
import { oneLine } from './one-line.js';
import { printText } from './print-text.js';
import type { Question } from './question.js';
import { requestAnswer } from './request-answer.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';
import { toLines } from './to-lines.js';
import { toOutput } from './to-output.js';
import { writeLine } from './write-line.js';
import { writeRetry } from './write-retry.js';

/**
 * Asks several models at once and prints their answers line by line, as each line is whole, behind the name of its model.
 * What goes wrong with one is said in one line and stops no other; in the end it is an {@link AlreadyTold} error. Emits
 * nothing.
 */
export function askSeveral(
  server: Server,
  models: readonly string[],
  prompt: string,
  question: Question,
  { stdout, stderr }: Streams,
): Observable<never> {
  const { display, retries: count } = question;
  const width = Math.max(...models.map((model) => oneLine(model).length));

  return defer(() => {
    let failed = false;
    const answers = models.map((model) => {
      const label = `${oneLine(model).padEnd(width)} │ `;
      const lines = pipe(
        toOutput(display),
        toLines(),
        map((line) => `${label}${line}\n`),
      );
      return requestAnswer(server.client, model, prompt, question).pipe(
        retryTransient({ count, notify: writeRetry(stderr, label) }),
        noteEnding(display.json ? toLabelledJson(model) : lines, { stderr, stats: display.stats, label }),
        adviseOnModel(server),
        catchError((error: unknown) => {
          failed = true;
          writeLine(stderr, `rxllm: ${oneLine(model)}: ${explainError(error)}`, 'red');
          return EMPTY;
        }),
      );
    });
    return concat(
      merge(...answers).pipe(display.delay === 0 ? identity : coalesceText(display.delay), printText(stdout)),
      defer(() => (failed ? throwError(() => new AlreadyTold()) : EMPTY)),
    );
  });
}

/** Each chunk as a line of JSON that tells its model, which servers often name otherwise. */
function toLabelledJson(model: string) {
  return pipe(
    labelWith<TextChunk, string>(model),
    map((labelled) => `${JSON.stringify(labelled)}\n`),
  );
}
