import { isDeepStrictEqual } from 'node:util';

/** Whether a value and everything in it is frozen. */
export function isFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
  );
}

/** Whether equal parts of two snapshots are the same objects. */
export function sharesParts(before: unknown, after: unknown): boolean {
  if (
    typeof before !== 'object' ||
    before === null ||
    typeof after !== 'object' ||
    after === null ||
    before === after
  ) {
    return true;
  }
  const parts = after as Readonly<Record<string, unknown>>;
  return (
    !isDeepStrictEqual(before, after) && Object.entries(before).every(([key, value]) => sharesParts(value, parts[key]))
  );
}

/** Whether the rest of a text may make a snapshot the whole value: at most one part of each container has to grow. */
export function isStartOf(shown: unknown, whole: unknown): boolean {
  if (shown === whole || shown === undefined) {
    return true;
  }
  if (typeof shown === 'string' && typeof whole === 'string') {
    const cutsPair = shown !== '' && (whole.codePointAt(shown.length - 1) ?? 0) > 0xffff;
    return whole.startsWith(shown) && !cutsPair;
  }
  const hasParts = [shown, whole].every((value) => typeof value === 'object' && value !== null);
  if (!hasParts || Array.isArray(shown) !== Array.isArray(whole)) {
    return Object.is(shown, whole);
  }
  const wholes = new Map(Object.entries(whole as object));
  const growing = Object.entries(shown as object).filter(([key, part]) => !isDeepStrictEqual(part, wholes.get(key)));
  return growing.length <= 1 && growing.every(([key, part]) => wholes.has(key) && isStartOf(part, wholes.get(key)));
}
