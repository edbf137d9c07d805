import type { ChatCompletionChunk } from 'rxllm';
import { chunksOf, finishChunk, toolCallChunk } from 'rxllm/testing';

/** A call as a model writes it. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: string;
}

/** An answer with a text, and then calls of tools. */
export function calling(text: string, ...calls: readonly WrittenCall[]): readonly ChatCompletionChunk[] {
  const pieces = calls.map((call, index) => toolCallChunk({ index, id: `call-${index}`, ...call }));
  return [...chunksOf(text).slice(0, -1), ...pieces, finishChunk('tool_calls')];
}
