import { mark } from '../../secrets/redactor.js';
import type { TransportRequest } from '../../transport/transport.js';
import { isObject } from '../../util/is-object.js';
import type { CassetteExchange, CassetteRequest } from './cassette.js';
import { createSecrets, urlWithoutSecrets } from './cassette-secrets.js';
import { toRecordedBody } from './recorded-request.js';

/**
 * Compares a request with a recorded one by method, path, query and body; the host and the headers may differ.
 *
 * @returns The first difference, as the name of a part or a path in the body; `undefined` if there is none.
 */
export function compareRequests(recorded: CassetteRequest, actual: TransportRequest): string | undefined {
  const [path, query] = routeOf(recorded.url);
  const [actualPath, actualQuery] = routeOf(urlWithoutSecrets(actual.url));
  const { json, text, base64 } = toRecordedBody(actual.body);
  return (
    differenceOf(recorded.method.toUpperCase(), actual.method.toUpperCase(), 'the method') ??
    differenceOf(path, actualPath, 'the path') ??
    differenceOf(query, actualQuery, 'the query') ??
    differenceOf(recorded.json, json, 'json') ??
    differenceOf(recorded.text, text, 'the body') ??
    differenceOf(recorded.base64, base64, 'the body')
  );
}

const maxListed = 20;

/**
 * Creates the error for a request that matches no exchange. It lists the exchanges of the cassette and why each does not
 * match, without prompts and answers. Retry operators do not retry it.
 *
 * @param isUsed Whether an exchange was already replayed.
 */
export function missingExchange(
  request: TransportRequest,
  exchanges: readonly CassetteExchange[],
  isUsed: (exchange: CassetteExchange) => boolean,
): Error {
  const title = `The cassette has no exchange for ${describeRequest(request)}`;
  const lines = exchanges.slice(0, maxListed).map((exchange, index) => {
    const difference = compareRequests(exchange.request, request);
    const reasons = [
      ...(difference === undefined ? [] : [`differs in ${difference}`]),
      ...(isUsed(exchange) ? ['was already replayed'] : []),
    ];
    return `${index + 1}. ${describeRequest(exchange.request)}: ${reasons.join(', ')}`;
  });
  const more = exchanges.length > maxListed ? [`and ${exchanges.length - maxListed} more`] : [];
  const text = lines.length === 0 ? `${title}. It is empty.` : [`${title}. It has:`, ...lines, ...more].join('\n  ');
  // A URL may contain a key.
  const secrets = createSecrets([]);
  secrets.learn(request);
  return new Error(secrets.removeFromText(text));
}

function describeRequest({ operation, method, url }: Pick<CassetteRequest, 'operation' | 'method' | 'url'>): string {
  return `${operation} (${method} ${routeOf(urlWithoutSecrets(url))[0]})`;
}

/** The path and the sorted query of a URL. Not parsed with `URL`, because a redacted URL may be invalid. */
function routeOf(url: string): readonly [path: string, query: string] {
  const [path = '', query = ''] = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/iu, '').split(/[?#]/u);
  const fields = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${value}`);
  return [path, fields.sort().join('&')];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the path of the first difference between two JSON values, starting with `name`. The order of fields does not
 * matter, and redacted parts of a recorded string match any text.
 */
function differenceOf(recorded: unknown, actual: unknown, name: string): string | undefined {
  if (typeof recorded === 'string' && typeof actual === 'string') {
    return matches(recorded, actual) ? undefined : name;
  }
  const areLists = Array.isArray(recorded) && Array.isArray(actual);
  if (!areLists && !(isObject(recorded) && isObject(actual))) {
    return recorded === actual ? undefined : name;
  }
  const [left, right] = [recorded, actual] as [Fields, Fields];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const place = areLists ? `${name}[${key}]` : placeOf(key, name);
    const difference =
      Object.hasOwn(left, key) && Object.hasOwn(right, key) ? differenceOf(left[key], right[key], place) : place;
    if (difference !== undefined) {
      return difference;
    }
  }
  return undefined;
}

/** Hides a key that is not a plain name, because it may be part of a prompt. */
function placeOf(key: string, name: string): string {
  return /^\w{1,40}$/u.test(key) ? `${name}.${key}` : `${name}[…]`;
}

function matches(recorded: string, actual: string): boolean {
  const parts = recorded.split(mark);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1 || recorded === actual) {
    return recorded === actual;
  }
  if (!actual.startsWith(first) || !actual.endsWith(last) || actual.length < first.length + last.length) {
    return false;
  }
  let rest = actual.slice(first.length, actual.length - last.length);
  return parts.slice(1, -1).every((part) => {
    const found = rest.indexOf(part);
    rest = rest.slice(found + part.length);
    return found >= 0;
  });
}
