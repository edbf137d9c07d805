import { check } from '../util/check.js';
import type { ChatCompletionChunk, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import { buildChoiceChunk, checkText, type ChunkConfig } from './build-chunk.js';

/** A piece of a tool call. The first one has the id and the name; the others add to the arguments. */
export interface ToolCallPiece {
  /** Which call of the answer it belongs to. Default 0. */
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text, to be appended. Default `''`. */
  readonly arguments?: string | undefined;
}

/**
 * A chunk that begins a tool call, or adds to its arguments.
 *
 * ```ts
 * of(
 *   toolCallChunk({ id: 'call_1', name: 'search', arguments: '{"query":' }),
 *   toolCallChunk({ arguments: '"rxjs"}' }),
 *   finishChunk('tool_calls'),
 * );
 * ```
 *
 * @throws TypeError for a field that is not what {@link ToolCallPiece} and {@link ChunkConfig} allow.
 */
export function toolCallChunk(piece: ToolCallPiece, config: ChunkConfig = {}): ChatCompletionChunk {
  check(typeof piece === 'object' && (piece as unknown) !== null, 'The tool call', 'an object', piece);
  const { index = 0, id, name, arguments: json = '' } = piece;
  check(Number.isSafeInteger(index) && index >= 0, 'index', 'a whole number, 0 or more', index);
  Object.entries({ id, name, arguments: json }).forEach(([field, value]) => {
    checkText(field, value ?? '');
  });
  const delta: ToolCallDelta = {
    index,
    ...(id === undefined ? {} : { id }),
    ...(id === undefined && name === undefined ? {} : { type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), arguments: json },
  };
  return buildChoiceChunk('toolCallChunk', { delta: { tool_calls: [delta] } }, config);
}
