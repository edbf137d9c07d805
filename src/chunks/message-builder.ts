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
import type { Message, Usage } from './message.js';
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
  private message = emptyMessage;
  /** Whether the fields below differ from those of `message`. */
  private changed = false;
  private id: string | undefined;
  private model: string | undefined;
  private role = '';
  private content = '';
  private reasoning = '';
  private reasoningKey: Message['reasoningKey'];
  private refusal = '';
  private functionCall: Message['functionCall'];
  private finishReason: string | undefined;
  private usage: Usage | undefined;

  private progress: Progress | undefined;
  /** Whether the next snapshot holds all of the lists that grow with the answer. */
  private whole = false;
  private usageText = '';
  private calls: ToolCallMerger | undefined;
  private extra: ExtraFields | undefined;
  private logprobs: TokenLogprob[] | undefined;
  private growingFunction: GrowingCall | undefined;
  private functionDeltas = 0;

  constructor(config: MessageBuilderConfig) {
    this.config = config;
  }

  /** Whether the server has sent a finish reason. */
  get hasFinishReason(): boolean {
    return this.finishReason !== undefined;
  }

  /** Adds a chunk. */
  add(chunk: AnswerChunk): void {
    if (this.id === undefined && chunk.id) {
      this.id = chunk.id;
      this.changed = true;
    }
    if (this.model === undefined && chunk.model) {
      this.model = chunk.model;
      this.changed = true;
    }
    for (const choice of chunk.choices) {
      if (choice.index === this.config.choice) {
        this.addChoice(choice);
      }
    }
    const usage = usageOf(chunk);
    if (usage !== undefined) {
      this.addUsage(usage);
    }
  }

  /** Returns the message so far: the same object as long as nothing changes. */
  current(): Message {
    return this.snapshot(this.progress === 'finished' ? 'ending' : (this.progress ?? 'streaming'), this.whole);
  }

  /** Returns the message once the stream has completed. */
  finish(): Message {
    return this.snapshot(this.progress ?? 'unknown', true);
  }

  private addChoice(choice: AnswerChoice): void {
    const delta = deltaOf(choice);
    if (this.role === '' && delta?.role) {
      this.role = delta.role;
      this.changed = true;
    }
    const reasoningKey = this.reasoning === '' ? reasoningKeyOf(choice) : undefined;
    if (reasoningKey !== undefined && reasoningKey !== this.reasoningKey) {
      this.reasoningKey = reasoningKey;
      this.changed = true;
    }
    const content = contentOf(choice);
    const reasoning = reasoningOf(choice);
    const refusal = refusalOf(choice);
    if (content !== '' || reasoning !== '' || refusal !== '') {
      this.content += content;
      this.reasoning += reasoning;
      this.refusal += refusal;
      this.changed = true;
    }
    if (this.finishReason === undefined && choice.finish_reason) {
      this.finishReason = choice.finish_reason;
      this.progress = progressOf(choice.finish_reason);
      this.changed = this.whole = true;
    }
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
        this.extra ??= new ExtraFields();
        this.extra.add(key, delta[key]);
      }
    }
    const others = otherParts(delta.content);
    if (others.length > 0) {
      this.extra ??= new ExtraFields();
      this.extra.add('content', others);
    }
  }

  private addFunction(entry: ToolCallDelta): void {
    const call = (this.growingFunction ??= new GrowingCall(0, undefined));
    this.functionDeltas += 1;
    mergeEntry(call, entry, partOf(entry, call, this.functionDeltas), this.functionDeltas);
    this.functionCall = Object.freeze({ name: call.name, arguments: call.arguments });
    this.changed = true;
  }

  private addLogprobs(list: unknown): void {
    // Not validated on legacy chunks, whose arrays have another shape.
    for (const item of Array.isArray(list) ? (list as TokenLogprob[]) : []) {
      this.logprobs ??= [];
      this.logprobs.push(freezeDeep(item));
    }
  }

  private addUsage(usage: Usage): void {
    const text = JSON.stringify(usage);
    // Some servers repeat the counts on every chunk.
    if (text !== this.usageText) {
      this.usageText = text;
      this.usage = freezeDeep(usage);
      this.changed = true;
    }
  }

  /** Returns the message so far; lists that grow with the answer are copied only if `whole`. */
  private snapshot(progress: Progress, whole: boolean): Message {
    const { message } = this;
    const toolCalls = this.calls?.view(progress) ?? message.toolCalls;
    const extra = this.extra?.view(whole) ?? message.extra;
    const added = whole && this.logprobs?.length !== message.logprobs?.length;
    const logprobs = added ? Object.freeze([...(this.logprobs ?? [])]) : message.logprobs;
    if (this.changed || added || toolCalls !== message.toolCalls || extra !== message.extra) {
      this.message = this.create(toolCalls, extra, logprobs);
    }
    this.changed = this.whole = false;
    return this.message;
  }

  private create(toolCalls: Message['toolCalls'], extra: Message['extra'], logprobs: Message['logprobs']): Message {
    const { id, model, role, content, reasoning, refusal, finishReason } = this;
    const { reasoningKey, functionCall, usage } = this;
    // Written out, since a spread costs more than the rest of a chunk.
    const message: Mutable<Message> = {
      id,
      model,
      role: role || emptyMessage.role,
      content,
      reasoning,
      refusal,
      toolCalls,
      finishReason,
      extra,
    };
    if (reasoningKey !== undefined) {
      message.reasoningKey = reasoningKey;
    }
    if (functionCall !== undefined) {
      message.functionCall = functionCall;
    }
    if (usage !== undefined) {
      message.usage = usage;
    }
    if (logprobs !== undefined) {
      message.logprobs = logprobs;
    }
    return Object.freeze(message);
  }
}
