const names = ['x-request-id', 'request-id', 'apim-request-id', 'mistral-correlation-id', 'x-generation-id'];

/**
 * The id under which the server's support finds a request; `undefined` when it sent none.
 *
 * @param redact Takes secrets out of text the server sent.
 */
export function requestIdOf(headers: Headers, redact: (text: string) => string): string | undefined {
  const id = names.map((name) => headers.get(name)).find(Boolean);
  return id ? redact(id) : undefined;
}
