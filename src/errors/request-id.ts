import type { Redact } from './error-body.js';

const names = ['x-request-id', 'request-id', 'apim-request-id', 'mistral-correlation-id', 'x-generation-id'];

/** The id under which the server's support finds a request; `undefined` when it sent none. */
export function requestIdOf(headers: Headers, redact: Redact): string | undefined {
  const id = names.map((name) => headers.get(name)).find(Boolean);
  return id ? redact(id) : undefined;
}
