import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { EMPTY, type Observable } from 'rxjs';
import { LocalError } from './local-error.js';

/**
 * Creates a check of `authorization` headers, which throws a `LocalError` 401 for any other key. Without a key every
 * request passes. Hashes are compared in constant time, so that response times reveal nothing of the key.
 */
export function requireKey(key: string | undefined): (authorization: string | undefined) => void {
  if (key === undefined) {
    return () => undefined;
  }
  const expected = hash(key);
  return (authorization = '') => {
    const [, sent] = /^bearer +(.*)$/iu.exec(authorization.trim()) ?? [];
    if (sent === undefined) {
      throw unauthorized("This server requires a key: send it in the header 'authorization: Bearer KEY'.");
    }
    if (!timingSafeEqual(hash(sent), expected)) {
      throw unauthorized('The key is not the one this server was started with.');
    }
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function unauthorized(message: string): LocalError {
  return new LocalError(401, message, { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } });
}

const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
].join(', ');

/**
 * Lets pages of every origin read a response. The server ignores cookies and a page has to know the key itself, so this
 * gives a page nothing that any program on this machine could not get. Some browsers let public sites reach loopback
 * addresses only with `access-control-allow-private-network`, which is not sent.
 */
export function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', exposedHeaders);
}

/** Answers a preflight request. */
export function answerPreflight(response: ServerResponse): Observable<never> {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
      // The wildcard does not cover authorization, which clients send even to servers without a key.
      'access-control-allow-headers': 'authorization, content-type, *',
      'access-control-max-age': '600',
    })
    .end();
  return EMPTY;
}
