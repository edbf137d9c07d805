import { inspect } from 'node:util';

/** A key with what JSON and addresses spell in other ways. */
export const key = 'sk-test/Zq7Zq+wXyZw=';

/** What logs, error reports and other threads would get to see of a value. */
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

/** Expects that nothing of the key can be seen, not even a long piece of it, whatever its case and also in base64. */
export function expectNoKey(value: unknown): void {
  const text = shown(value).toLowerCase();
  for (const piece of [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), 'Zq7Zq', 'wXyZw', ...base64]) {
    expect(text).not.toContain(piece.toLowerCase());
  }
}

/** A piece of the key as base64 writes it behind 0, 1 and 2 bytes of other text. */
const base64 = ['', ' ', '  '].map((before) => btoa(before + key).slice(4, 16));
