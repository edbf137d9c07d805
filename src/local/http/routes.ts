import { defer, EMPTY, mergeMap, type Observable } from 'rxjs';
import { sendCancelled, sendDeleted, sendResponse } from '../responses/response-routes.js';
import { StoredResponses } from '../responses/stored-responses.js';
import type { ServerSettings } from '../server-settings.js';
import { pathOf, type Exchange, type Handler } from './exchange.js';
import { limitRequests } from './limit-requests.js';
import { LocalError } from './local-error.js';
import { sendModel, sendModels } from './model-routes.js';
import { sendText } from './send.js';

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly handle: Handler;
}

/**
 * Creates the routes of a server, and returns the function that passes an exchange to one of them.
 *
 * @param closing Stops responses in the background when it emits.
 */
export function createRouter(
  { rateLimit, scheduler }: ServerSettings,
  closing: Observable<unknown>,
): (exchange: Exchange) => Observable<unknown> {
  const limited = limitRequests(rateLimit, scheduler);
  const stored = new StoredResponses(closing);
  const routes: readonly Route[] = [
    { method: 'GET', path: '/', handle: sendWelcome },
    { method: 'GET', path: '/v1/models', handle: sendModels },
    { method: 'GET', path: '/v1/models/{id}', handle: sendModel },
    { method: 'POST', path: '/v1/chat/completions', handle: limited(answerChat) },
    { method: 'POST', path: '/v1/completions', handle: limited(answerCompletion) },
    { method: 'POST', path: '/v1/embeddings', handle: limited(answerEmbeddings) },
    { method: 'POST', path: '/v1/moderations', handle: limited(answerModerations) },
    { method: 'POST', path: '/v1/responses', handle: limited(answerResponse(stored)) },
    { method: 'GET', path: '/v1/responses/{id}', handle: sendResponse(stored) },
    { method: 'DELETE', path: '/v1/responses/{id}', handle: sendDeleted(stored) },
    { method: 'POST', path: '/v1/responses/{id}/cancel', handle: sendCancelled(stored) },
  ];
  return (exchange) => route(routes, exchange);
}

/** Calls the handler for a method and path. Throws a `LocalError` 404 or 405, which names the paths or methods there are. */
function route(routes: readonly Route[], exchange: Exchange): Observable<unknown> {
  const { method = '' } = exchange.request;
  const path = pathOf(exchange.request);
  const matching = routes.filter((candidate) => parameterOf(candidate.path, path) !== undefined);
  // An id may contain a slash, so a longer pattern comes first.
  const longest = Math.max(...matching.map((candidate) => candidate.path.length));
  const onPath = matching.filter((candidate) => candidate.path.length === longest);
  const found = onPath.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) {
    return found.handle(exchange, parameterOf(found.path, path) ?? '');
  }
  if (onPath.length === 0) {
    const known = routes.map((candidate) => `${candidate.method} ${candidate.path}`).join(', ');
    throw new LocalError(404, `There is nothing at ${method} ${path}. This server knows: ${known}.`, {
      code: 'unknown_url',
    });
  }
  const allowed = onPath.map((candidate) => (candidate.method === 'GET' ? 'GET, HEAD' : candidate.method)).join(', ');
  throw new LocalError(405, `${path} does not accept ${method}; it accepts ${allowed}.`, {
    code: 'method_not_allowed',
    headers: { allow: `${allowed}, OPTIONS` },
  });
}

/** Returns the part of a path that matches `{id}`, empty if the pattern has none; `undefined` if the path does not match. */
function parameterOf(pattern: string, path: string): string | undefined {
  const [start = '', end] = pattern.split('{id}');
  if (end === undefined) {
    return path === pattern ? '' : undefined;
  }
  const isMatch = path.startsWith(start) && path.endsWith(end) && path.length > start.length + end.length;
  return isMatch ? decode(path.slice(start.length, path.length - end.length)) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Answers with a module that is loaded at the first request, since it needs zod, which takes long to load. */
function lazily<T>(load: () => Promise<T>, handlerOf: (loaded: T) => Handler): Handler {
  return (exchange, parameter) => defer(load).pipe(mergeMap((loaded) => handlerOf(loaded)(exchange, parameter)));
}

const answerChat = lazily(
  () => import('../answers/chat.js'),
  (loaded) => loaded.answerChat,
);

const answerCompletion = lazily(
  () => import('../answers/completions.js'),
  (loaded) => loaded.answerCompletion,
);

const answerEmbeddings = lazily(
  () => import('../answers/embeddings.js'),
  (loaded) => loaded.answerEmbeddings,
);

const answerModerations = lazily(
  () => import('../answers/moderations.js'),
  (loaded) => loaded.answerModerations,
);

const answerResponse = (stored: StoredResponses): Handler =>
  lazily(
    () => import('../responses/answer-response.js'),
    (loaded) => loaded.answerResponse(stored),
  );

/** Explains the server to whoever opens its address in a browser. */
const sendWelcome: Handler = ({ response, settings }) => {
  const models = [...settings.models.keys()].join(', ');
  sendText(
    response,
    'This is the development server of rxllm: it speaks the OpenAI API under /v1, but it is not a language model. ' +
      `Its models: ${models}.\n`,
  );
  return EMPTY;
};
