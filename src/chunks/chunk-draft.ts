import type { AnswerDraft, DraftConfig, DraftMoment } from '../answers/answer-format.js';
import { emptyMessage, noCalls, noFields } from '../answers/empty-message.js';
import type { ChatChoice, ChatDelta, TokenLogprob, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import {
  type AnswerChoice,
  type AnswerChunk,
  contentOf,
  deltaOf,
  reasoningKeyOf,
  reasoningOf,
  refusalOf,
  usageOfChunk,
} from './answer-chunk.js';
import { freezeDeep } from '../util/freeze-deep.js';
import { ExtraFields } from './extra-fields.js';
import { type Progress, progressOf } from './finish-reason.js';
import { GrowingCall, mergeEntry, partOf } from './growing-call.js';
import { otherParts, textKeys } from './loose-values.js';
import type { Usage } from '../schemas/message.js';
import { ToolCallMerger } from './tool-call-merger.js';

const knownKeys: ReadonlySet<string> = new Set([...textKeys, 'role', 'tool_calls', 'function_call']);

/** The message of one choice of a stream of chunks. */
export class ChunkDraft implements AnswerDraft<AnswerChunk> {
  readonly message: AnswerDraft<AnswerChunk>['message'] = { ...emptyMessage };
  private readonly config: DraftConfig;
  /** The finish reason at the last `settle`. */
  private settledReason: string | undefined;
  private hasRole = false;
  private calls: ToolCallMerger | undefined;
  private functionCall: GrowingCall | undefined;
  private extra: ExtraFields | undefined;
  private readonly logprobs: TokenLogprob[] = [];

  constructor(config: DraftConfig) {
    this.config = config;
  }

  add(chunk: AnswerChunk): void {
    const { message } = this;
    message.id ??= chunk.id || undefined;
    message.model ??= chunk.model || undefined;
    for (const choice of chunk.choices) {
      if (choice.index === this.config.choice) {
        this.addChoice(choice);
      }
    }
    const usage = usageOfChunk(chunk);
    // Some servers repeat the counts on every chunk.
    if (usage !== undefined && !isSameUsage(usage, message.usage)) {
      message.usage = freezeDeep(usage);
    }
  }

  settle(moment: DraftMoment): void {
    const { message, calls, extra, logprobs } = this;
    const { finishReason } = message;
    const complete = moment === 'complete';
    // Lists that grow with the answer are copied once, at the finish reason.
    const whole = complete || finishReason !== this.settledReason;
    this.settledReason = finishReason;
    message.toolCalls = calls?.view(progressAt(finishReason, complete)) ?? noCalls;
    message.extra = extra?.view(whole) ?? noFields;
    if (whole && logprobs.length !== (message.logprobs?.length ?? 0)) {
      message.logprobs = Object.freeze([...logprobs]);
    }
  }

  private addChoice(choice: AnswerChoice): void {
    const { message } = this;
    const delta = deltaOf(choice);
    if (!this.hasRole && delta?.role) {
      message.role = delta.role;
      this.hasRole = true;
    }
    const reasoningKey = message.reasoning === '' ? reasoningKeyOf(choice) : undefined;
    if (reasoningKey !== undefined) {
      message.reasoningKey = reasoningKey;
    }
    message.content += contentOf(choice);
    message.reasoning += reasoningOf(choice);
    message.refusal += refusalOf(choice);
    message.finishReason ??= choice.finish_reason || undefined;
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
    this.message.functionCall = Object.freeze({ name: call.name, arguments: call.arguments });
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
}

function progressAt(finishReason: string | undefined, complete: boolean): Progress {
  const progress = finishReason === undefined ? (complete ? 'unknown' : 'streaming') : progressOf(finishReason);
  return progress === 'finished' && !complete ? 'ending' : progress;
}

function isSameUsage(one: Usage, other: Usage | undefined): boolean {
  return one.outputTokens === other?.outputTokens && JSON.stringify(one) === JSON.stringify(other);
}
