import type { PassageBlock } from './read-passages.js';

/** The number of characters an answer quotes of each passage. */
const limit = 2500;

/**
 * Joins the first blocks that are short enough to quote, and adds a note if some are left out. A block is cut only if it is
 * the first one, after its last whole line if it is code.
 */
export function shorten(blocks: readonly PassageBlock[], note: string): string {
  const texts: string[] = [];
  let length = 0;
  for (const { text } of blocks) {
    length += text.length + 2;
    if (length > limit) {
      break;
    }
    texts.push(text);
  }
  const [first] = blocks;
  if (texts.length === 0 && first !== undefined) {
    texts.push(cut(first));
  }
  return [...texts, ...(length > limit ? [note] : [])].join('\n\n');
}

function cut({ type, text }: PassageBlock): string {
  const start = text.slice(0, limit);
  const lines = start.slice(0, start.lastIndexOf('\n'));
  return type === 'code' && lines !== '' ? `${lines}\n${/^ *(?:`+|~+)/u.exec(text)?.[0] ?? ''}` : `${start.trimEnd()}…`;
}
