/*
 * Sentences for code that the types would refuse: people write JavaScript, and `as any`. Checked for each value, since that
 * costs less than remembering which was the first.
 */

/** Creates the error of an operator that got something else than chunks or events. */
export function notAnAnswer(operator: string, value: unknown): TypeError {
  const isResponse = (value as { readonly object?: unknown } | null | undefined)?.object === 'response';
  const reason = isResponse
    ? 'whole responses; resumeResponse(id) emits the events of one'
    : `${typeof value}s; put it directly on the request, and in a marble test pass chunks as values`;
  return new TypeError(`${operator}() reads chunks or response events, not ${reason}`);
}

/** Throws if a function that takes a message got something else, such as an event or a response. */
export function checkMessage(name: string, message: { readonly toolCalls: unknown } | undefined): void {
  if (!Array.isArray(message?.toolCalls)) {
    throw new TypeError(`${name}() takes a message, such as toMessage() emits`);
  }
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
  const { choices, type } = (value ?? {}) as { readonly choices?: unknown; readonly type?: unknown };
  return choices !== undefined ? 'chunks' : typeof type === 'string' ? 'response events' : `${typeof value}s`;
}
