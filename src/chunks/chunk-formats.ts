import { checkIndex } from '../answers/check-index.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../schemas/completion.js';
import { isObject } from '../util/is-object.js';
import { isNoReason, meaningOf } from './finish-reason.js';
import { MessageDiff } from './message-diff.js';
import type { ChunkFormat, ChunkRepair, StreamContent } from './parse-chunks.js';
import { readChatChunk, readCompletionChunk } from './read-chunk.js';

/**
 * The format of `/chat/completions`. A choice without an `index` gets its position. One without a `delta` gets an empty
 * delta, or what its `message` adds: some servers repeat the whole message in each chunk, and a non-streaming answer has
 * it once.
 */
export const chatChunks: ChunkFormat<ChatCompletionChunk> = {
  read: readChatChunk,
  createRepair: (content) => new Repair(content, true),
};

/** The format of the legacy `/completions`. A choice without an `index` gets its position. */
export const completionChunks: ChunkFormat<CompletionChunk> = {
  read: readCompletionChunk,
  createRepair: (content) => new Repair(content, false),
};

class Repair implements ChunkRepair<ChatCompletionChunk | CompletionChunk> {
  private readonly content: StreamContent;
  private readonly needsDelta: boolean;
  private readonly diff = new MessageDiff();

  constructor(content: StreamContent, needsDelta: boolean) {
    this.content = content;
    this.needsDelta = needsDelta;
  }

  mend(raw: RawObject): void {
    choicesOf(raw).forEach((choice, position) => {
      const index = mendChoice(raw, choice, position, this.content);
      if (this.needsDelta) {
        if (isObject(choice['delta'])) {
          this.diff.note(choice['delta'], index);
        }
        choice['delta'] ??= this.diff.take(choice['message'], index);
      }
      checkToolCalls(choice['delta'], this.content.limits.toolCalls);
    });
  }

  note({ choices }: ChatCompletionChunk | CompletionChunk): void {
    for (const { delta, index } of choices) {
      if (delta && this.needsDelta) {
        this.diff.note(delta, index);
      }
    }
  }
}

/** Mends what the choices of all endpoints have, and returns the index. */
function mendChoice(
  chunk: RawObject,
  choice: RawObject,
  position: number,
  { limits, single = false }: StreamContent,
): number {
  const { index, usage, native_finish_reason: native } = choice;
  const given = index === false ? position : (index ?? position);
  const checked = checkIndex(given, 'choices', single ? Infinity : limits.choices);
  const own = single ? 0 : checked;
  choice['index'] = own;
  if (isNoReason(choice['finish_reason'])) {
    choice['finish_reason'] = null;
  }
  // OpenRouter's own reason may be `stop` where the provider failed.
  if (choice['finish_reason'] && typeof native === 'string' && meaningOf(native) === 'failure') {
    choice['finish_reason'] = native;
  }
  if (isObject(usage) && !isObject(chunk['usage'])) {
    chunk['usage'] = usage;
  }
  return own;
}

/** Checks the indices of the tool calls in a raw delta, skipping calls without one. */
function checkToolCalls(delta: unknown, maximum: number): void {
  const calls: unknown = isObject(delta) ? delta['tool_calls'] : undefined;
  for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) {
    const index: unknown = isObject(call) ? call['index'] : undefined;
    if (index !== undefined && index !== null && index !== false) {
      checkIndex(index, 'toolCalls', maximum);
    }
  }
}

type RawObject = Record<string, unknown>;

/** Returns the choices of a raw chunk, first adding an empty list if they are missing. A value that is not a list is left for the reader to reject. */
function choicesOf(raw: Record<string, unknown>): readonly Record<string, unknown>[] {
  raw['choices'] ??= [];
  return Array.isArray(raw['choices']) ? (raw['choices'] as unknown[]).filter(isObject) : [];
}
