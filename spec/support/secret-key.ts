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

/** Expects that nothing of the key can be seen, not even a long piece of it. */
export function expectNoKey(value: unknown): void {
  const text = shown(value);
  for (const piece of [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), 'Zq7Zq', 'wXyZw']) {
    expect(text).not.toContain(piece);
  }
}
