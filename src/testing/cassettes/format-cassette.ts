import type { Cassette } from '../cassette.js';

const width = 120;

/** A cassette as JSON that is read and compared with ease: what fits in a line, and each piece of a body, is one line. */
export function formatCassette(cassette: Cassette): string {
  return `${format(cassette, '')}\n`;
}

function format(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = Array.isArray(value)
    ? value.map((item) => format(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => `${JSON.stringify(name)}: ${format(item, inner)}`);
  const line = items.length === 0 ? open + close : `${open} ${items.join(', ')} ${close}`;
  const isLeaf = Object.values(value).every((item) => typeof item !== 'object' || item === null);
  return isLeaf && (items.length < 3 || line.length <= width)
    ? line
    : `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}
