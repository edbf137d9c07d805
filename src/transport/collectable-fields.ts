import type { Dispatcher } from 'undici';

/** What undici's connections call, of which its types say that it is deprecated. */
interface RawHandler {
  onHeaders?: (status: number, fields: readonly RawField[], ...rest: unknown[]) => unknown;
  onComplete?: (fields: unknown) => unknown;
}

type RawField = Buffer | string;

/**
 * Keeps header fields from a handler that it cannot collect: undici assigns each to a plain object, which fails for one
 * named `constructor` where the prototype of all objects is frozen. Changes the handler, as undici makes one for each
 * exchange.
 */
export function collectableFields(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  const raw = handler as RawHandler;
  const { onHeaders, onComplete } = raw;
  if (onHeaders !== undefined && onComplete !== undefined) {
    raw.onHeaders = (status, fields, ...rest) => onHeaders.call(raw, status, collectable(fields), ...rest);
    raw.onComplete = (fields) => onComplete.call(raw, Array.isArray(fields) ? collectable(fields) : fields);
  }
  return handler;
}

/** Names and values alternate. */
function collectable(fields: readonly RawField[]): readonly RawField[] {
  return fields.filter((_, index) => isAssignable(String(fields[index - (index % 2)]).toLowerCase()));
}

function isAssignable(name: string): boolean {
  return Object.getOwnPropertyDescriptor(Object.prototype, name)?.writable !== false;
}
