import type { TransportRequest } from '../../transport/transport.js';
import { parseJson } from '../../util/parse-json.js';
import type { CassetteRequest } from './cassette.js';
import { toContent } from './pieces.js';
import { type Secrets, urlWithoutSecrets } from './cassette-secrets.js';

/** Converts a request to its recorded form, without secrets. */
export function toRecordedRequest(request: TransportRequest, secrets: Secrets): CassetteRequest {
  const { operation, method, url, headers, body } = request;
  const { json, text, base64 } = toRecordedBody(body);
  return {
    operation,
    method,
    url: secrets.removeFromText(urlWithoutSecrets(url)),
    // Any other header may hold a key, and replaying does not compare headers.
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:accept|content-type)$/iu.test(name))),
    ...(json === undefined ? {} : { json: secrets.removeFromJson(json) }),
    ...(text === undefined ? {} : { text: secrets.removeFromText(text) }),
    ...(base64 === undefined ? {} : { base64 }),
  };
}

/** Converts a body to JSON; if it is not JSON, to text; if it is not text, to base64. */
export function toRecordedBody(body: TransportRequest['body']): Pick<CassetteRequest, 'json' | 'text' | 'base64'> {
  if (body === undefined) {
    return {};
  }
  const content = typeof body === 'string' ? { text: body } : toContent(body);
  if (!('text' in content)) {
    return content;
  }
  const json = parseJson(content.text);
  return json === undefined ? content : { json };
}
