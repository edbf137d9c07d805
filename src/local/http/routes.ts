import type { Observable } from 'rxjs';
import { answerWith } from '../answers/answer-with.js';
import { chatFormat } from '../answers/chat-format.js';
import { parseChatRequest } from '../answers/chat-request.js';
import { completionFormat } from '../answers/completion-format.js';
import { parseCompletionRequest } from '../answers/completion-request.js';
import type { Exchange, Handler } from './exchange.js';
import { limitRate } from './limit-rate.js';
import { LocalError } from './local-error.js';
import { listModels, showModel } from './model-routes.js';
import { pathOf } from './path-of.js';
import { sendWelcome } from './welcome.js';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: Handler;
}

/** Every method and path this server knows. */
const routes: readonly Route[] = [
  { method: 'GET', path: '/', handle: sendWelcome },
  { method: 'GET', path: '/v1/models', handle: listModels },
  { method: 'GET', path: '/v1/models/{id}', handle: showModel },
  { method: 'POST', path: '/v1/chat/completions', handle: limitRate(answerWith(parseChatRequest, chatFormat)) },
  { method: 'POST', path: '/v1/completions', handle: limitRate(answerWith(parseCompletionRequest, completionFormat)) },
];

/**
 * Hands an exchange to the route of its method and path. An unknown one is a `LocalError` that names those there are.
 */
export function route(exchange: Exchange): Observable<unknown> {
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
  throw new LocalError(405, `${path} does not take ${method}; it takes ${allowed}.`, {
    code: 'method_not_allowed',
    headers: { allow: `${allowed}, OPTIONS` },
  });
}

/** What a path has in the place of `{id}`, empty when the pattern has none; `undefined` when it does not match. */
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
