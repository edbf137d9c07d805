import { validateHeaderName, validateHeaderValue } from 'node:http';
import { constants, type OutgoingHttpHeaders } from 'node:http2';
import type { DispatchOptions } from './connection.js';

/** Headers that belong to a connection of HTTP/1.1, which `node:http2` refuses. */
const connectionHeaders = /^(?:connection|http2-settings|keep-alive|proxy-connection|te|transfer-encoding|upgrade)$/u;

/**
 * Converts the head of a request to the headers of HTTP/2.
 *
 * @throws {TypeError} If a header cannot be sent. For the name of one, Node 20 would end the connection and all its streams.
 */
export function toHttp2Headers(
  { method, path, headers, body }: DispatchOptions,
  authority: string,
): OutgoingHttpHeaders {
  const sent: Record<string, string | number> = {
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_AUTHORITY]: authority,
  };
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    const key = name.toLowerCase();
    if (key === 'host') {
      sent[constants.HTTP2_HEADER_AUTHORITY] = value;
    } else if (!connectionHeaders.test(key)) {
      sent[key] = value;
    }
  }
  if (body !== null) {
    sent[constants.HTTP2_HEADER_CONTENT_LENGTH] = Buffer.byteLength(body);
  }
  return sent;
}
