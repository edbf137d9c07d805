import type { ChatChoice, ChatDelta, TokenLogprob, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
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
import { ExtraFields, freezeDeep, noFields } from './extra-fields.js';
import { type Progress, progressOf } from './finish-reason.js';
import { GrowingCall, mergeEntry, partOf } from './growing-call.js';
import { otherParts } from './loose-values.js';
import type { Message, Usage } from '../schemas/message.js';
import { noCalls, ToolCallMerger } from './tool-call-merger.js';

/** Configuration of a {@link MessageBuilder}. */
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
  toolCalls: noCalls,
  finishReason: undefined,
  extra: noFields,
});

/**
 * Builds one message from the chunks of a stream. The cost of a chunk does not grow with the length of the answer: texts
 * are appended to and never read, since reading a text that was joined from pieces copies all of it.
 */
export class MessageBuilder {
  private readonly config: MessageBuilderConfig;
  /** The latest snapshot. */
  private message = emptyMessage;
  /** What the next snapshot is made from. */
  private readonly next: Mutable<Message> = { ...emptyMessage };
  private hasRole = false;
  private calls: ToolCallMerger | undefined;
  private functionCall: GrowingCall | undefined;
  private extra: ExtraFields | undefined;
  private readonly logprobs: TokenLogprob[] = [];

  constructor(config: MessageBuilderConfig) {
    this.config = config;
  }

  /** Whether the server has sent a finish reason. */
  get hasFinishReason(): boolean {
    return this.next.finishReason !== undefined;
  }

  /** Adds a chunk. */
  add(chunk: AnswerChunk): void {
    const { next } = this;
    next.id ??= chunk.id || undefined;
    next.model ??= chunk.model || undefined;
    for (const choice of chunk.choices) {
      if (choice.index === this.config.choice) {
        this.addChoice(choice);
      }
    }
    const usage = usageOf(chunk);
    // Some servers repeat the counts on every chunk.
    if (usage !== undefined && !isSameUsage(usage, next.usage)) {
      next.usage = freezeDeep(usage);
    }
  }

  /** Returns the message so far: the same object as long as nothing changes. */
  current(): Message {
    const progress = this.progress('streaming');
    // Lists that grow with the answer are copied once, at the finish reason.
    const whole = this.next.finishReason !== this.message.finishReason;
    return this.snapshot(progress === 'finished' ? 'ending' : progress, whole);
  }

  /** Returns the message once the stream has completed. */
  finish(): Message {
    return this.snapshot(this.progress('unknown'), true);
  }

  private addChoice(choice: AnswerChoice): void {
    const { next } = this;
    const delta = deltaOf(choice);
    if (!this.hasRole && delta?.role) {
      next.role = delta.role;
      this.hasRole = true;
    }
    const reasoningKey = next.reasoning === '' ? reasoningKeyOf(choice) : undefined;
    if (reasoningKey !== undefined) {
      next.reasoningKey = reasoningKey;
    }
    next.content += contentOf(choice);
    next.reasoning += reasoningOf(choice);
    next.refusal += refusalOf(choice);
    next.finishReason ??= choice.finish_reason || undefined;
    const { logprobs } = choice as Partial<ChatChoice>;
    if (logprobs) {
      this.addLogprobs(logprobs.content);
      this.addLogprobs(logprobs.refusal);
    }
    if (delta !== undefined) {
      this.addFields(delta);
    }
  }

  /** Adds the fields of a delta that hold no text. */
  private addFields(delta: ChatDelta): void {
    if (delta.function_call) {
      this.addFunction({ function: delta.function_call });
    }
    if (delta.tool_calls) {
      this.calls ??= new ToolCallMerger(this.config.choice, this.config.toolCalls);
      this.calls.add(delta.tool_calls);
    }
    for (const key in delta) {
      if (!knownKeys.has(key)) {
        this.addExtra(key, delta[key]);
      }
    }
    const others = otherParts(delta.content);
    if (others.length > 0) {
      this.addExtra('content', others);
    }
  }

  private addFunction(entry: ToolCallDelta): void {
    const call = (this.functionCall ??= new GrowingCall(0, undefined));
    const delta = call.delta + 1;
    mergeEntry(call, entry, partOf(entry, call, delta), delta);
    this.next.functionCall = Object.freeze({ name: call.name, arguments: call.arguments });
  }

  private addExtra(key: string, value: unknown): void {
    this.extra ??= new ExtraFields();
    this.extra.add(key, value);
  }

  private addLogprobs(list: unknown): void {
    // Not validated on legacy chunks, whose arrays have another shape.
    for (const item of Array.isArray(list) ? (list as TokenLogprob[]) : []) {
      this.logprobs.push(freezeDeep(item));
    }
  }

  private progress(without: Progress): Progress {
    const { finishReason } = this.next;
    return finishReason === undefined ? without : progressOf(finishReason);
  }

  /** Returns the message so far; lists that grow with the answer are copied only if `whole`. */
  private snapshot(progress: Progress, whole: boolean): Message {
    const { next, calls, extra, logprobs } = this;
    next.toolCalls = calls?.view(progress) ?? noCalls;
    next.extra = extra?.view(whole) ?? noFields;
    if (whole && logprobs.length !== (next.logprobs?.length ?? 0)) {
      next.logprobs = Object.freeze([...logprobs]);
    }
    if (!isSameMessage(next, this.message)) {
      this.message = frozenCopy(next);
    }
    return this.message;
  }
}

/** Compares without reading texts, since the longer of two is another one. */
function isSameMessage(one: Message, other: Message): boolean {
  return (
    one.content === other.content &&
    one.reasoning === other.reasoning &&
    one.refusal === other.refusal &&
    one.toolCalls === other.toolCalls &&
    one.functionCall === other.functionCall &&
    one.extra === other.extra &&
    one.usage === other.usage &&
    one.logprobs === other.logprobs &&
    one.finishReason === other.finishReason &&
    one.reasoningKey === other.reasoningKey &&
    one.role === other.role &&
    one.model === other.model &&
    one.id === other.id
  );
}

/** Copies the fields one by one, since freezing what a spread has copied costs more than the rest of a chunk. */
function frozenCopy(message: Message): Message {
  const { id, model, role, content, reasoning, refusal, toolCalls, finishReason, extra } = message;
  const { reasoningKey, functionCall, usage, logprobs } = message;
  const copy: Mutable<Message> = { id, model, role, content, reasoning, refusal, toolCalls, finishReason, extra };
  if (reasoningKey !== undefined) {
    copy.reasoningKey = reasoningKey;
  }
  if (functionCall !== undefined) {
    copy.functionCall = functionCall;
  }
  if (usage !== undefined) {
    copy.usage = usage;
  }
  if (logprobs !== undefined) {
    copy.logprobs = logprobs;
  }
  return Object.freeze(copy);
}

function isSameUsage(one: Usage, other: Usage | undefined): boolean {
  return one.outputTokens === other?.outputTokens && JSON.stringify(one) === JSON.stringify(other);
}
