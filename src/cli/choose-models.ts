import { from, type Observable } from 'rxjs';
import { retryTransient } from '../index.node.js';
import type { Question } from './question.js';
import type { Server } from './server.js';
import { writeRetry } from './write-retry.js';

/** Emits the models that the question names, else the server's default. */
export function chooseModels(
  server: Server,
  { models, endpoint, retries: count }: Question,
  stderr: NodeJS.WriteStream,
): Observable<string> {
  return models.length === 0
    ? server.defaultModel(endpoint).pipe(retryTransient({ count, notify: writeRetry(stderr) }))
    : from(models);
}
