import type { Redact } from '../errors/error-body.js';

/** Headers without secrets that a server repeats: the same object where there are none. */
export function redactHeaders(headers: Headers, redact: Redact): Headers {
  const entries = [...headers];
  const text = entries.flat().join('\n');
  if (redact(text) === text) {
    return headers;
  }
  const named = entries.filter(([name]) => redact(name) === name);
  return new Headers(named.map(([name, value]): [string, string] => [name, redact(value)]));
}
