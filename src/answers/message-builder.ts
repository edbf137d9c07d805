import type { Message } from '../schemas/message.js';
import type { AnswerDraft, DraftMoment } from './answer-format.js';
import { emptyMessage } from './empty-message.js';

/** Builds one message from the values of a stream, as immutable snapshots. */
export class MessageBuilder<Value> {
  private readonly draftFor: (value: Value) => AnswerDraft<Value>;
  private draft: AnswerDraft<Value> | undefined;
  /** The latest snapshot. */
  private message = emptyMessage;

  /** @param draftFor Returns the draft that a value is added to: one draft for all values of a format. */
  constructor(draftFor: (value: Value) => AnswerDraft<Value>) {
    this.draftFor = draftFor;
  }

  /** Whether the server has sent a finish reason. */
  get hasFinishReason(): boolean {
    return this.draft?.message.finishReason !== undefined;
  }

  /** Adds a value. */
  add(value: Value): void {
    this.draft = this.draftFor(value);
    this.draft.add(value);
  }

  /** Returns the message so far: the same object as long as nothing changes. */
  current(): Message {
    return this.snapshot('growing');
  }

  /** Returns the message once the stream has completed. */
  finish(): Message {
    return this.snapshot('complete');
  }

  /** Returns a message with the items of the answer, if its format has items. Snapshots are without them. */
  withOutput(message: Message): Message {
    const output = this.draft?.output?.();
    return output === undefined ? message : Object.freeze({ ...message, output });
  }

  private snapshot(moment: DraftMoment): Message {
    const { draft } = this;
    draft?.settle(moment);
    if (draft !== undefined && !isSameMessage(draft.message, this.message)) {
      this.message = frozenCopy(draft.message);
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
  const copy: AnswerDraft<never>['message'] = {
    id,
    model,
    role,
    content,
    reasoning,
    refusal,
    toolCalls,
    finishReason,
    extra,
  };
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
