/*
 * Sentences for code that the types would refuse: people write JavaScript, and `as any`. Checked for each value, since that
 * costs less than remembering which was the first.
 */

/** Returns a chunk, or throws a TypeError that names the operator which got something else. */
export function checkChunk<T>(operator: string, value: T): T {
  if (!Array.isArray((value as { choices?: unknown } | null | undefined)?.choices)) {
    throw new TypeError(
      `${operator}() reads chunks, not ${typeof value}s; put it directly on the request, and in a marble test pass chunks as values`,
    );
  }
  return value;
}

/** Returns a text, or throws a TypeError that names the operator which got something else. */
export function checkText(operator: string, value: string): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${operator}() reads text, not ${nameOf(value)}; put textDeltas() before it`);
  }
  return value;
}

/** Returns bytes, or throws a TypeError that names the operator which got something else. */
export function checkBytes(operator: string, value: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(value)) {
    throw new TypeError(
      `${operator}() reads bytes, not ${nameOf(value)}; put it on the body of a response, as Uint8Array`,
    );
  }
  return value;
}

/** Throws if an operator was given its source, as in `pipe(textDeltas)`. */
export function checkCalled(operator: string, argument?: unknown): void {
  if (typeof (argument as { subscribe?: unknown } | null | undefined)?.subscribe === 'function') {
    throw new TypeError(`${operator} must be called: write pipe(${operator}()) instead of pipe(${operator})`);
  }
}

function nameOf(value: unknown): string {
  return (value as { choices?: unknown } | null | undefined)?.choices === undefined ? `${typeof value}s` : 'chunks';
}
