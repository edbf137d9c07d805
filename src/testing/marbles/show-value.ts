const maxDepth = 6;

/** Formats a value on one line, as in source code, cut to `maxLength` characters. */
export function showValue(value: unknown, maxLength: number): string {
  const text = show(value, []);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

function show(value: unknown, parents: readonly unknown[]): string {
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'function') {
    return `[function ${value.name}]`;
  }
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  if (parents.includes(value) || parents.length === maxDepth) {
    return '…';
  }
  return showObject(value, [...parents, value]);
}

function showObject(value: object, parents: readonly unknown[]): string {
  if (isError(value)) {
    const { name, message, kind } = value as Error & { readonly kind?: unknown };
    return `${name}${typeof kind === 'string' ? ` (${kind})` : ''}: ${message}`;
  }
  if (isMatcher(value)) {
    const { sample } = value as { readonly sample?: unknown };
    // Matchers have a text of their own, such as "ObjectContaining".
    return `${String(value)}${sample === undefined ? '' : `(${show(sample, parents)})`}`;
  }
  if (value instanceof Date) {
    return `Date ${Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString()}`;
  }
  if (value instanceof RegExp) {
    return String(value);
  }
  if (Symbol.iterator in value) {
    const items = [...(value as Iterable<unknown>)].map((item) => show(item, parents));
    return `${Array.isArray(value) ? '' : `${value.constructor.name} `}[${items.join(', ')}]`;
  }
  const { type } = value as { readonly type?: unknown };
  // The event of a response is known by its type.
  const name = typeof type === 'string' && /^response\.[\w.]+$/u.test(type) ? `${type} ` : '';
  const fields = Object.entries(value).filter(([key, field]) => field !== undefined && !(name && key === 'type'));
  const shown = fields.map(
    ([key, field]) => `${/^[\w$]+$/u.test(key) ? key : JSON.stringify(key)}: ${show(field, parents)}`,
  );
  return name + (shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`);
}

/** Returns the tag of an object, such as `Date`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Whether a value is an error; `instanceof` alone is false for those of another realm, such as Node's inside jest. */
export function isError(value: object): boolean {
  return tagOf(value) === 'Error' || value instanceof Error;
}

interface Matcher {
  readonly asymmetricMatch: (actual: unknown) => boolean;
  readonly toString: () => string;
}

/** Whether a value is a matcher of jest, vitest or jasmine. */
export function isMatcher(value: object): value is Matcher {
  return typeof (value as Partial<Matcher>).asymmetricMatch === 'function';
}
