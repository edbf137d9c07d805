import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  identity,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  pipe,
  Subject,
  switchMap,
  tap,
  throwError,
} from 'rxjs';
import { type AnswerValue, coalesceText, labelWith, type RetryNotice, retryTransient } from '../../index.node.js';
import { InterruptedError, ReportedError } from '../errors.js';
import { explainError } from '../explain-error.js';
import { chooseServer } from '../server/choose-server.js';
import type { Server } from '../server/connect.js';
import { chooseModels, suggestModels } from '../server/models.js';
import { readPrompt } from '../terminal/input.js';
import { printText, type Streams, writeLine } from '../terminal/output.js';
import { writeRetry } from '../terminal/show-waiting.js';
import { eraseLine, oneLine } from '../terminal/text.js';
import { toLines } from '../terminal/to-lines.js';
import { reportEnding } from './ending.js';
import { printAnswer, toOutput } from './print-answer.js';
import { type AskOptions, type DisplayOptions, requestAnswer } from './request.js';
import { throwIfInterrupted } from './throw-if-interrupted.js';

/**
 * Reads the prompt, sends it to one model or several, and prints the answers as they come. Emits nothing; completes when
 * everything is written.
 *
 * @param interruptions The first value ends the answers with an `InterruptedError`, after what came of them is printed.
 */
export function ask(options: AskOptions, streams: Streams, interruptions: Observable<unknown>): Observable<never> {
  return defer(() => {
    const connect = chooseServer(options.server, streams.stderr);
    return prepare(options, streams).pipe(
      switchMap((display) =>
        readPrompt(options.words, streams).pipe(
          switchMap((prompt) =>
            connect((server) => {
              const request = { server, prompt, options: { ...options, display }, streams, interruptions };
              return options.models.length > 1 ? askSeveral(request) : askOne(request);
            }),
          ),
        ),
      ),
    );
  });
}

/** Emits how to print the answers, once the schema of one that is JSON is read. */
function prepare({ schema, models, display }: AskOptions, { stdout, stderr }: Streams): Observable<DisplayOptions> {
  if (schema === undefined) {
    return of(display);
  }
  const indent = stdout.isTTY && models.length < 2 ? 2 : 0;
  return defer(() => import('../schema/json-answer.js')).pipe(
    map(({ readJsonAnswer }) => readJsonAnswer(schema, indent)),
    tap(({ notice }) => {
      if (notice !== undefined) {
        writeLine(stderr, notice, 'dim');
      }
    }),
    map((jsonAnswer) => ({ ...display, jsonAnswer })),
  );
}

interface AskRequest {
  readonly server: Server;
  readonly prompt: string;
  readonly options: AskOptions;
  readonly streams: Streams;
  readonly interruptions: Observable<unknown>;
}

function askOne({ server, prompt, options, streams, interruptions }: AskRequest): Observable<never> {
  const { retries: count, display } = options;
  return chooseModels(server, options, streams.stderr).pipe(
    concatMap((model) => {
      const retries = new Subject<RetryNotice>();
      return requestAnswer(server.client, model, prompt, options).pipe(
        retryTransient({ count, notify: retries }), // retries only before the first chunk, so nothing is printed twice
        throwIfInterrupted(interruptions),
        printAnswer(display, retries, streams),
      );
    }),
    suggestModels(server),
  );
}

/**
 * Sends the prompt to all models at once and prints the answers line by line, each line labelled with its model. A failure is
 * printed and leaves the other answers running; at the end it becomes a {@link ReportedError}.
 */
function askSeveral({ server, prompt, options, streams, interruptions }: AskRequest): Observable<never> {
  const { stdout, stderr } = streams;
  const { models, display, retries: count } = options;
  const names = numberDuplicates(models);
  const width = Math.max(...names.map((name) => oneLine(name).length));
  // Everything printed so far ends its line, so a terminal's last line holds nothing but the ^C it echoed.
  const stops = interruptions.pipe(tap(() => stdout.isTTY && stdout.write(eraseLine)));

  return defer(() => {
    let failure: ReportedError | InterruptedError | undefined;
    const answers = models.map((model, index) => {
      const name = names[index] ?? model;
      const label = `${oneLine(name).padEnd(width)} │ `;
      const labelledLines = pipe(
        toOutput(display),
        toLines(),
        map((line) => `${label}${line}\n`),
      );
      return requestAnswer(server.client, model, prompt, options).pipe(
        retryTransient({ count, notify: writeRetry(stderr, label) }),
        throwIfInterrupted(stops),
        reportEnding(display.json ? toLabelledJson(name) : labelledLines, { stderr, stats: display.stats, label }),
        suggestModels(server),
        catchError((error: unknown) => {
          if (error instanceof InterruptedError) {
            failure = error;
          } else {
            failure ??= new ReportedError();
            writeLine(stderr, `rxllm: ${oneLine(name)}: ${explainError(error)}`, 'red');
          }
          return EMPTY;
        }),
      );
    });
    return concat(
      merge(...answers).pipe(display.delay === 0 ? identity : coalesceText(display.delay), printText(stdout)),
      defer(() => (failure === undefined ? EMPTY : throwError(() => failure))),
    );
  });
}

/** Numbers the names that occur more than once: `a`, `b`, `a` become `a 1`, `b`, `a 2`. */
function numberDuplicates(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const isSame = (other: string): boolean => other === name;
    const place = names.slice(0, index + 1).filter(isSame).length;
    return names.filter(isSame).length === 1 ? name : `${name} ${place}`;
  });
}

/** Converts each chunk or event to a line of JSON with the model's name as label, since they often name it differently. */
function toLabelledJson(name: string): OperatorFunction<AnswerValue, string> {
  return pipe(
    labelWith<AnswerValue, string>(name),
    map((labelled) => `${JSON.stringify(labelled)}\n`),
  );
}
