import { defer, map, mergeMap, type Observable, tap, toArray } from 'rxjs';
import { retryTransient } from '../index.node.js';
import { chooseServer } from './choose-server.js';
import { oneLine } from './one-line.js';
import { printText } from './print-text.js';
import type { ServerChoice } from './question.js';
import type { Streams } from './streams.js';
import { writeRetry } from './write-retry.js';
import { writeLine } from './write-line.js';

/** Whose models are listed, and how. */
export interface Listing {
  readonly server: ServerChoice;
  readonly retries: number;
  /** Whether each model is a line of JSON, instead of its name. */
  readonly json: boolean;
}

/** Prints the models of a server, one per line. Emits nothing; completes when all is written. */
export function listModels({ server, retries, json }: Listing, { stdout, stderr }: Streams): Observable<never> {
  return defer(() => {
    const connect = chooseServer(server, stderr);
    return connect(({ client }) =>
      client.models().pipe(
        retryTransient({ count: retries, notify: writeRetry(stderr) }),
        toArray(),
        tap((models) => {
          if (models.length === 0) {
            writeLine(stderr, 'The server lists no models.', 'dim');
          }
        }),
        mergeMap((models) => models),
        map((model) => `${json ? JSON.stringify(model) : oneLine(model.id)}\n`),
        printText(stdout),
      ),
    );
  });
}
