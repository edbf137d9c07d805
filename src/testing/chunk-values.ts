import { check } from '../util/check.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { finishChunk } from './finish-chunk.js';
import { roleChunk } from './role-chunk.js';
import { textChunk } from './text-chunk.js';

/** What the letters of a marble diagram of chunks stand for: texts, or chunks as they are. */
export type ChunkValues = Readonly<Record<string, string | ChatCompletionChunk>>;

/**
 * Gives the chunk for each letter of a diagram: that of its value; without one, `r` is the role, `f` the finish, and any
 * other letter its own text.
 */
export function chunkValues(marbles: string, values: ChunkValues): Record<string, ChatCompletionChunk> {
  return Object.fromEntries(Array.from(marbles, (letter) => [letter, chunkOf(letter, values)]));
}

function chunkOf(letter: string, values: ChunkValues): ChatCompletionChunk {
  const value: unknown = Object.hasOwn(values, letter) ? values[letter] : undefined;
  if (value === undefined) {
    return letter === 'r' ? roleChunk() : letter === 'f' ? finishChunk() : textChunk(letter);
  }
  const isChunk = typeof value === 'object' && value !== null && 'choices' in value;
  check(typeof value === 'string' || isChunk, `values.${letter}`, 'a text or a chunk', value);
  return typeof value === 'string' ? textChunk(value) : (value as ChatCompletionChunk);
}
