import {
  catchError,
  defer,
  from,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { isLlmError, retryTransient } from '../../index.node.js';
import type { AskOptions } from '../answer/request.js';
import { CliError } from '../errors.js';
import { summarizeError } from '../explain-error.js';
import { printText, type Streams, writeLine } from '../terminal/output.js';
import { writeRetry } from '../terminal/show-waiting.js';
import { oneLine } from '../terminal/text.js';
import { chooseServer } from './choose-server.js';
import type { Server } from './connect.js';

/** Prints the models of a server, one per line. Emits nothing; completes when everything is written. */
export function printModels(options: AskOptions, { stdout, stderr }: Streams): Observable<never> {
  const { server, retries: count, display } = options;
  return defer(() => {
    const connect = chooseServer(server, stderr);
    return connect(({ client }) =>
      client.models().pipe(
        retryTransient({ count, notify: writeRetry(stderr) }),
        toArray(),
        tap((models) => {
          if (models.length === 0) {
            writeLine(stderr, 'The server lists no models.', 'dim');
          }
        }),
        mergeMap((models) => models),
        map((model) => `${display.json ? JSON.stringify(model) : oneLine(model.id)}\n`),
        printText(stdout),
      ),
    );
  });
}

/** Emits the models that the options name, else the server's default. */
export function chooseModels(
  server: Server,
  { models, endpoint, retries: count }: AskOptions,
  stderr: NodeJS.WriteStream,
): Observable<string> {
  return models.length === 0
    ? server.defaultModel(endpoint).pipe(retryTransient({ count, notify: writeRetry(stderr) }))
    : from(models);
}

/** Adds the server's models to the error when a model, or its endpoint, was not found. */
export function suggestModels<T>({ modelAdvice }: Server): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!isLlmError(error) || error.kind !== 'not_found') {
      return throwError(() => error);
    }
    const summary = summarizeError(error);
    return modelAdvice(summary).pipe(mergeMap((advice) => throwError(() => new CliError(`${summary} ${advice}`))));
  });
}
