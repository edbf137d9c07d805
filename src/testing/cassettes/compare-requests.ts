import type { TransportRequest } from '../../transport/transport.js';
import type { CassetteRequest } from '../cassette.js';
import { urlWithoutSecrets } from './cassette-secrets.js';
import { differenceOf } from './difference.js';
import { contentOf } from './recorded-request.js';

/**
 * Where a request is not the recorded one, `undefined` where it is: in the method, the path, the query or a place of the
 * body. The server's name and the headers may be others.
 */
export function compareRequests(recorded: CassetteRequest, actual: TransportRequest): string | undefined {
  const [path, query] = routeOf(recorded.url);
  const [actualPath, actualQuery] = routeOf(urlWithoutSecrets(actual.url));
  const content = contentOf(actual.body);
  return (
    differenceOf(recorded.method.toUpperCase(), actual.method.toUpperCase(), 'the method') ??
    differenceOf(path, actualPath, 'the path') ??
    differenceOf(query, actualQuery, 'the query') ??
    differenceOf(recorded.json, content.json, 'json') ??
    differenceOf(recorded.text, content.text, 'the body') ??
    differenceOf(recorded.base64, content.base64, 'the body')
  );
}

/** What is asked, in a few words that tell nothing of prompts. */
export function describeRequest({
  operation,
  method,
  url,
}: Pick<CassetteRequest, 'operation' | 'method' | 'url'>): string {
  return `${operation} (${method} ${routeOf(urlWithoutSecrets(url))[0]})`;
}

/** Path and query of an address, which need not be one any more once secrets are removed from it. */
function routeOf(url: string): readonly [path: string, query: string] {
  const [path = '', query = ''] = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/iu, '').split(/[?#]/u);
  const fields = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${value}`);
  return [path, fields.sort().join('&')];
}
