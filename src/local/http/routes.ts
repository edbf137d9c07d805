import { defer, EMPTY, mergeMap, type Observable } from 'rxjs';
import type { ServerSettings } from '../server-settings.js';
import { pathOf, type Exchange, type Handler } from './exchange.js';
import { limitRate } from './limit-rate.js';
import { LocalError } from './local-error.js';
import { sendModel, sendModels } from './model-routes.js';
import { sendText } from './send.js';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: Handler;
}

/** Creates the routes of a server, and returns the function that passes an exchange to one of them. */
export function createRouter({ rateLimit, scheduler }: ServerSettings): (exchange: Exchange) => Observable<unknown> {
  const limited = limitRate(rateLimit, scheduler);
  const routes: readonly Route[] = [
    { method: 'GET', path: '/', handle: sendWelcome },
    { method: 'GET', path: '/v1/models', handle: sendModels },
    { method: 'GET', path: '/v1/models/{id}', handle: sendModel },
    { method: 'POST', path: '/v1/chat/completions', handle: limited(answerChat) },
    { method: 'POST', path: '/v1/completions', handle: limited(answerCompletion) },
  ];
  return (exchange) => route(routes, exchange);
}

/** Calls the handler for a method and path. Throws a `LocalError` 404 or 405, which names the paths or methods there are. */
function route(routes: readonly Route[], exchange: Exchange): Observable<unknown> {
  const { method = '' } = exchange.request;
  const path = pathOf(exchange.request);
  const onPath = routes.filter((candidate) => parameterOf(candidate.path, path) !== undefined);
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
  const [start = ''] = pattern.split('{', 1);
  if (start === pattern) {
    return path === pattern ? '' : undefined;
  }
  return path.startsWith(start) && path.length > start.length ? decode(path.slice(start.length)) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Answers with a module that is loaded at the first request, since it needs zod, which takes long to load. */
const answerChat: Handler = (exchange, parameter) =>
  defer(() => import('../answers/chat.js')).pipe(mergeMap((answers) => answers.answerChat(exchange, parameter)));

const answerCompletion: Handler = (exchange, parameter) =>
  defer(() => import('../answers/completions.js')).pipe(
    mergeMap((answers) => answers.answerCompletion(exchange, parameter)),
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
