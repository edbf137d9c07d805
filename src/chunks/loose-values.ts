import { isObject } from '../util/is-object.js';

const none: readonly unknown[] = [];

/** The types of content parts that hold reasoning. */
const reasoningTypes: ReadonlySet<unknown> = new Set(['thinking', 'reasoning', 'reasoning_text', 'summary_text']);

/** The fields in which reasoning is found. */
const reasoningKeys = ['text', 'thinking', 'reasoning', 'content', 'summary'] as const;

/** Returns the reasoning in a text, a number, a part, or a list of these; an empty text if it finds no reasoning. */
export function reasoningIn(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value);
  }
  if (Array.isArray(value)) {
    return joinEach(value, reasoningIn);
  }
  for (const key of isObject(value) ? reasoningKeys : []) {
    const text = reasoningIn((value as Readonly<Record<string, unknown>>)[key]);
    if (text !== '') {
      return text;
    }
  }
  return '';
}

/** Returns the text in a list of content parts, without the reasoning. */
export function textInParts(parts: unknown): string {
  return joinEach(parts, (part) => (isReasoning(part) ? '' : textInPart(part, ['text'])));
}

/** Returns the reasoning in a list of content parts. */
export function reasoningInParts(parts: unknown): string {
  return joinEach(parts, (part) => (isReasoning(part) ? reasoningIn(part) : ''));
}

/** Returns the text in OpenRouter's `reasoning_details`; encrypted details have none. */
export function textInDetails(details: unknown): string {
  return joinEach(details, (detail) => textInPart(detail, ['text', 'summary']));
}

/** Returns the content parts that hold neither text nor reasoning. */
export function otherParts(parts: unknown): readonly unknown[] {
  return Array.isArray(parts)
    ? (parts as unknown[]).filter((part) => !isReasoning(part) && !(isObject(part) && part['type'] === 'text'))
    : none;
}

function isReasoning(part: unknown): boolean {
  return isObject(part) && reasoningTypes.has(part['type']);
}

function textInPart(part: unknown, keys: readonly string[]): string {
  const fields = isObject(part) ? part : {};
  const value = keys.map((key) => fields[key]).find((item) => item !== undefined && item !== null);
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value);
  }
  return joinEach(value, (item) => textInPart(item, ['text']));
}

/** Joins what is read from each item of a list; an empty text if the value is not a list, as for most chunks. */
function joinEach(list: unknown, read: (item: unknown) => string): string {
  let text = '';
  if (Array.isArray(list)) {
    for (const item of list as unknown[]) {
      text += read(item);
    }
  }
  return text;
}
