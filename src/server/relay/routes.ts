import { Refusal } from './refusal.js';

/** What a request asks of a relay. */
export type Route =
  { readonly name: 'chat' | 'responses' | 'models' } | { readonly name: 'resume' | 'stop'; readonly id: string };

interface Place {
  /** The end of a path. */
  readonly end: RegExp;
  readonly methods: Readonly<Record<string, Route['name']>>;
}

const places: readonly Place[] = [
  { end: /\/chat\/completions$/u, methods: { POST: 'chat' } },
  { end: /\/responses$/u, methods: { POST: 'responses' } },
  { end: /\/models$/u, methods: { GET: 'models' } },
  { end: /\/streams\/([\w-]{16,128})$/u, methods: { GET: 'resume', DELETE: 'stop' } },
];

/**
 * Returns what a request asks for by its method and the end of its path.
 *
 * @throws {Refusal} 404 for another path, 405 for another method.
 */
export function routeOf({ method, url }: Pick<Request, 'method' | 'url'>): Route {
  const { pathname } = new URL(url);
  for (const { end, methods } of places) {
    const found = end.exec(pathname);
    if (found !== null) {
      return { name: nameOf(method, methods), id: found[1] ?? '' };
    }
  }
  throw new Refusal(404, 'There is nothing at this address', { kind: 'not_found', code: 'unknown_url' });
}

function nameOf(method: string, methods: Place['methods']): Route['name'] {
  const name = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (name === undefined) {
    const allow = Object.keys(methods).join(', ');
    throw new Refusal(405, `This address takes ${allow} only`, { code: 'method_not_allowed' }, { allow });
  }
  return name;
}
