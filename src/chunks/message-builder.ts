import type { ChatChoice, TokenLogprob } from '../schemas/chat-completion-chunk.js';
import {
  type AnswerChoice,
  type AnswerChunk,
  contentOf,
  deltaOf,
  reasoningKeyOf,
  reasoningOf,
  refusalOf,
  usageOf,
} from './answer-chunk.js';
import { createExtraFields, freezeDeep } from './extra-fields.js';
import { type Progress, progressOf } from './finish-reason.js';
import { createGrowingCall, mergeEntry, partOf } from './growing-call.js';
import { otherParts } from './loose-values.js';
import type { Message } from './message.js';
import { createToolCallMerger } from './tool-call-merger.js';

/** Builds one message from the chunks of a stream. */
export interface MessageBuilder {
  /** Adds a chunk and returns the message so far: the same object if nothing changed. */
  readonly add: (chunk: AnswerChunk) => Message;
  /** The message so far. */
  readonly current: () => Message;
  /** Returns the message once the stream has completed. */
  readonly finish: () => Message;
}

/** Configuration of {@link createMessageBuilder}. */
interface MessageBuilderConfig {
  /** Index of the choice to read. */
  readonly choice: number;
  /** How many tool calls the message may hold; one more is a `LimitError`. */
  readonly toolCalls: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const knownKeys: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning_content',
  'reasoning',
  'tool_calls',
  'function_call',
]);

/** The message before the first chunk. */
export const emptyMessage: Message = Object.freeze({
  id: undefined,
  model: undefined,
  role: 'assistant',
  content: '',
  reasoning: '',
  refusal: '',
  toolCalls: Object.freeze([]),
  finishReason: undefined,
  extra: Object.freeze({}),
});

const fields = [
  'id',
  'model',
  'role',
  'content',
  'reasoning',
  'reasoningKey',
  'refusal',
  'toolCalls',
  'functionCall',
  'finishReason',
  'usage',
  'logprobs',
  'extra',
] as const satisfies readonly (keyof Message)[];

/** Creates a builder for one stream and choice. The cost of a chunk does not grow with the length of the answer. */
export function createMessageBuilder({ choice, toolCalls }: MessageBuilderConfig): MessageBuilder {
  const merger = createToolCallMerger(choice, toolCalls);
  const extra = createExtraFields();
  const logprobs: TokenLogprob[] = [];
  let message = emptyMessage;
  let hasRole = false;
  const functionCall = createGrowingCall(0, undefined);
  let functionDeltas = 0;

  const addChoice = (next: Mutable<Message>, added: AnswerChoice): void => {
    const delta = deltaOf(added);
    if (!hasRole && delta?.role) {
      next.role = delta.role;
      hasRole = true;
    }
    const reasoningKey = next.reasoning === '' ? reasoningKeyOf(added) : undefined;
    if (reasoningKey !== undefined) {
      next.reasoningKey = reasoningKey;
    }
    next.content += contentOf(added);
    next.reasoning += reasoningOf(added);
    next.refusal += refusalOf(added);
    next.finishReason ??= added.finish_reason || undefined;
    appendLogprobs(logprobs, added);
    if (delta?.function_call) {
      const entry = { function: delta.function_call };
      functionDeltas += 1;
      mergeEntry(functionCall, entry, partOf(entry, functionCall, functionDeltas), functionDeltas);
      next.functionCall = Object.freeze({ name: functionCall.name, arguments: functionCall.arguments });
    }
    if (delta?.tool_calls) {
      merger.add(delta.tool_calls);
    }
    for (const [key, value] of Object.entries(delta ?? {})) {
      if (!knownKeys.has(key)) {
        extra.add(key, value);
      }
    }
    const others = otherParts(delta?.content);
    if (others.length > 0) {
      extra.add('content', others);
    }
  };

  /** Sets the fields collected outside the message; lists that grow with the answer are copied only if `whole`. */
  const settle = (next: Mutable<Message>, progress: Progress, whole: boolean): Message => {
    next.toolCalls = merger.view(progress);
    next.extra = extra.view(whole);
    if (whole && logprobs.length !== (next.logprobs?.length ?? 0)) {
      next.logprobs = Object.freeze([...logprobs]);
    }
    if (fields.some((field) => next[field] !== message[field])) {
      message = Object.freeze(next);
    }
    return message;
  };

  return {
    add: (chunk) => {
      const next: Mutable<Message> = { ...message };
      next.id ??= chunk.id || undefined;
      next.model ??= chunk.model || undefined;
      for (const added of chunk.choices) {
        if (added.index === choice) {
          addChoice(next, added);
        }
      }
      const usage = usageOf(chunk);
      // Some servers repeat the counts on every chunk.
      if (usage !== undefined && JSON.stringify(usage) !== JSON.stringify(next.usage)) {
        next.usage = freezeDeep(usage);
      }
      return settle(next, progressSoFar(next), next.finishReason !== message.finishReason);
    },
    current: () => message,
    finish: () => settle({ ...message }, progressIn(message, 'unknown'), true),
  };
}

function progressSoFar(message: Message): Progress {
  const progress = progressIn(message, 'streaming');
  return progress === 'finished' ? 'ending' : progress;
}

function progressIn({ finishReason }: Message, without: Progress): Progress {
  return finishReason === undefined ? without : progressOf(finishReason);
}

function appendLogprobs(logprobs: TokenLogprob[], choice: AnswerChoice): void {
  const lists = (choice as Partial<ChatChoice>).logprobs;
  for (const list of [lists?.content, lists?.refusal]) {
    // Not validated on legacy chunks, whose arrays have another shape.
    const items: readonly TokenLogprob[] = Array.isArray(list) ? (list as TokenLogprob[]) : [];
    items.forEach((item) => logprobs.push(freezeDeep(item)));
  }
}
