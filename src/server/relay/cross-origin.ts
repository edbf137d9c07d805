/** Answers the question of a browser whether a page may send a request; `undefined` for any other request. */
export function admitPreflight({ method, headers }: Request, origins: readonly string[]): Response | undefined {
  const asked = headers.get('access-control-request-method');
  if (method !== 'OPTIONS' || asked === null || allowedOrigin(headers, origins) === undefined) {
    return undefined;
  }
  // The openai package sends headers of its own.
  const names = headers.get('access-control-request-headers') ?? '';
  const further = /^[\w\-, ]+$/u.test(names) ? `, ${names}` : '';
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': `authorization, content-type, last-event-id${further}`,
      'access-control-max-age': '600',
    },
  });
}

/** Adds what lets the page of an allowed origin read an answer. */
export function withOrigin(response: Response, { headers }: Request, origins: readonly string[]): Response {
  if (origins.length === 0) {
    return response;
  }
  const origin = allowedOrigin(headers, origins);
  // The headers of a response that was fetched cannot be changed.
  const { body, status, statusText, headers: own } = response;
  const readable = new Response(body, { status, statusText, headers: own });
  readable.headers.append('vary', 'origin');
  if (origin !== undefined) {
    readable.headers.set('access-control-allow-origin', origin);
    readable.headers.set('access-control-allow-credentials', 'true');
    readable.headers.set('access-control-expose-headers', 'x-stream-id, x-request-id, retry-after, retry-after-ms');
  }
  return readable;
}

function allowedOrigin(headers: Headers, origins: readonly string[]): string | undefined {
  return origins.find((origin) => origin === headers.get('origin'));
}
