import { inspect } from 'node:util';

/** A key with characters that JSON and URLs escape. */
export const key = 'sk-test/Zq7Zq+wXyZw=';

/** Everything that logs, error reports and other threads could show of a value. */
function shown(value: unknown): string {
  const views = [
    String(value),
    value instanceof Error ? value.stack : '',
    inspect(value, { depth: 9, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
    JSON.stringify(value),
    inspect(value instanceof Error ? structuredClone(value) : undefined, { depth: 9, showHidden: true }),
  ];
  return views.join('\n');
}

/** Expects that nothing of the key can be seen, not even a long piece of it, whatever its case. */
export function expectNoKey(value: unknown): void {
  const text = shown(value).toLowerCase();
  const pieces = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), 'Zq7Zq', 'wXyZw'];

  expect(pieces.filter((piece) => text.includes(piece.toLowerCase()))).toEqual([]);
}
