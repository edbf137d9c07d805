import { isObject } from '../util/is-object.js';

/** Returns a number, or the one that a text holds; `undefined` for anything else. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

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
    return (value as unknown[]).map(reasoningIn).join('');
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
  return listOf(parts)
    .filter((part) => !isReasoning(part))
    .map((part) => textInPart(part, ['text']))
    .join('');
}

/** Returns the reasoning in a list of content parts. */
export function reasoningInParts(parts: unknown): string {
  return listOf(parts).filter(isReasoning).map(reasoningIn).join('');
}

/** Returns the text in OpenRouter's `reasoning_details`; encrypted details have none. */
export function textInDetails(details: unknown): string {
  return listOf(details)
    .map((detail) => textInPart(detail, ['text', 'summary']))
    .join('');
}

/** Returns the content parts that hold neither text nor reasoning. */
export function otherParts(parts: unknown): readonly unknown[] {
  return listOf(parts).filter((part) => !isReasoning(part) && !(isObject(part) && part['type'] === 'text'));
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
  return listOf(value)
    .map((item) => textInPart(item, ['text']))
    .join('');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
