import type { PassageBlock } from './passage.js';

/**
 * The Markdown of the first blocks that fit into `limit` characters, with a note when something is left out. A code
 * block stays whole unless it is the first and too long: then its first lines are shown.
 */
export function shorten(blocks: readonly PassageBlock[], limit: number): string {
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
    texts.push(cut(first, limit));
  }
  return [...texts, ...(length > limit ? ['(More at the source.)'] : [])].join('\n\n');
}

function cut({ type, text }: PassageBlock, limit: number): string {
  const start = text.slice(0, limit);
  const lines = start.slice(0, start.lastIndexOf('\n'));
  return type === 'code' && lines !== '' ? `${lines}\n${/^ *(?:`+|~+)/u.exec(text)?.[0] ?? ''}` : `${start.trimEnd()}…`;
}
