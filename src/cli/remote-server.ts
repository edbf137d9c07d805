import { catchError, filter, map, type Observable, of, take, throwError, throwIfEmpty, toArray } from 'rxjs';
import { type Client, isLlmError } from '../index.node.js';
import { Failure } from './failure.js';
import { oneLine } from './one-line.js';
import type { Endpoint } from './question.js';
import type { Server } from './server.js';

const openaiModels: Readonly<Record<Endpoint, string>> = {
  chat: 'gpt-4o-mini',
  completions: 'gpt-3.5-turbo-instruct',
};
/** How many models a sentence names. */
const mostModels = 10;
/** How long advice may take, in milliseconds: it is given after a failure, which should be told soon. */
const adviceTime = 5000;

/**
 * @param baseURL `undefined` for OpenAI.
 * @param key The key that is sent; a model that the server names like it is not named in any advice.
 */
export function remoteServer(client: Client, baseURL: string | undefined, key = ''): Server {
  return {
    client,
    defaultModel: (endpoint) => (isOpenAI(baseURL) ? of(openaiModels[endpoint]) : firstModel(client)),
    modelAdvice: (said) =>
      client.models({ deadlines: { total: adviceTime } }).pipe(
        take(mostModels),
        map(({ id }) => oneLine(id)),
        filter((name) => key === '' || !name.includes(key)),
        toArray(),
        catchError(() => of([])),
        map((names) => adviceOn(names, said)),
      ),
  };
}

function adviceOn(names: readonly string[], said: string): string {
  if (names.length === 0) {
    return 'Check --model and the base URL.';
  }
  const told = new Set(said.split(/[\s,;'"`]+|\.(?=\s|$)/u));
  return names.every((name) => told.has(name))
    ? 'Choose with --model.'
    : `Choose with --model, for example: ${names.join(', ')}.`;
}

function isOpenAI(baseURL: string | undefined): boolean {
  return baseURL === undefined || new URL(baseURL).hostname === 'api.openai.com';
}

/** Where a server lists no models, as some do not, one must be named. */
function firstModel(client: Client): Observable<string> {
  const unlisted = (): Failure =>
    new Failure('The server does not list its models. Check the base URL (most end in /v1), or name one with --model.');
  return client.models().pipe(
    map(({ id }) => id),
    take(1),
    throwIfEmpty(unlisted),
    catchError((error: unknown) => throwError(() => (isWithoutList(error) ? unlisted() : error))),
  );
}

function isWithoutList(error: unknown): boolean {
  return isLlmError(error) && ['not_found', 'invalid_request', 'parse'].includes(error.kind);
}
