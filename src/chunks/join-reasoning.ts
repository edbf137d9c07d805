import { isObject } from '../util/is-object.js';
import type { RawObject } from './raw-choices.js';

/**
 * Joins pieces of reasoning, as they were streamed, into the blocks a server takes back. Pieces that follow each other
 * belong to one block while they agree on `type`, `index` and `id`; a signature closes its block, and encrypted data is
 * a block of its own.
 */
export function joinReasoning(pieces: readonly unknown[]): readonly unknown[] {
  const blocks: unknown[] = [];
  let open: Block | undefined;
  for (const piece of pieces) {
    if (!isObject(piece)) {
      open = undefined;
      blocks.push(piece);
    } else if (open !== undefined && continues(open, piece)) {
      extend(open, piece);
    } else {
      open = new Map(Object.entries(piece));
      blocks.push(open);
    }
  }
  // Own fields whatever their names, where an assignment to `__proto__` would make none.
  return blocks.map((block) => (block instanceof Map ? Object.fromEntries<unknown>(block as Block) : block));
}

type Block = Map<string, unknown>;

const texts: ReadonlySet<string> = new Set(['text', 'summary', 'thinking']);

function continues(block: Block, piece: RawObject): boolean {
  const signature = block.get('signature');
  return (
    block.get('type') === piece['type'] &&
    block.get('index') === piece['index'] &&
    (!block.get('id') || !piece['id'] || block.get('id') === piece['id']) &&
    (!signature || signature === piece['signature']) &&
    !('data' in piece)
  );
}

function extend(block: Block, piece: RawObject): void {
  for (const [key, value] of Object.entries(piece)) {
    const before = block.get(key);
    if (texts.has(key) && typeof before === 'string' && typeof value === 'string') {
      block.set(key, before + value);
    } else if (value !== null && value !== undefined && value !== '') {
      block.set(key, value);
    }
  }
}
