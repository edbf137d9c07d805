import type { TransportRequest } from '../../transport/transport.js';
import type { CassetteRequest } from '../cassette.js';
import { toContent } from './pieces.js';
import { type Secrets, urlWithoutSecrets } from './cassette-secrets.js';

/** What a request is recorded as. */
export function toRecordedRequest(request: TransportRequest, secrets: Secrets): CassetteRequest {
  const { operation, method, url, headers, body } = request;
  const { json, text, base64 } = contentOf(body);
  return {
    operation,
    method,
    url: secrets.removeFromText(urlWithoutSecrets(url)),
    // Any other may be a key by a name that nobody knows, and none is needed to find the exchange.
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:accept|content-type)$/iu.test(name))),
    ...(json === undefined ? {} : { json: secrets.removeFromJson(json) }),
    ...(text === undefined ? {} : { text: secrets.removeFromText(text) }),
    ...(base64 === undefined ? {} : { base64 }),
  };
}

/** A request's body as JSON, else as text, else as bytes. */
export function contentOf(body: TransportRequest['body']): Pick<CassetteRequest, 'json' | 'text' | 'base64'> {
  if (body === undefined) {
    return {};
  }
  const content = typeof body === 'string' ? { text: body } : toContent(body);
  if (!('text' in content)) {
    return content;
  }
  try {
    return { json: JSON.parse(content.text) as unknown };
  } catch {
    return content;
  }
}
