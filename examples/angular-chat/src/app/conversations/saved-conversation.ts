import type { ChatView, ReplyStatus, StreamTiming, Turn } from 'rxllm';
import { describeError } from '../conversation/describe-error';

/** A conversation as it is kept. */
export interface SavedConversation {
  readonly id: string;
  readonly title: string;
  /** When it was saved, in milliseconds since the epoch. */
  readonly updated: number;
  readonly lanes: readonly SavedLane[];
}

/** One model's part of it. */
export interface SavedLane {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly timings: Readonly<Record<string, StreamTiming>>;
}

const statuses: readonly unknown[] = [
  'queued',
  'waiting',
  'retrying',
  'streaming',
  'done',
  'stopped',
  'failed',
] satisfies readonly ReplyStatus[];

/** A turn of values that JSON can hold: of an error only its message is kept. */
export function toSavedTurn({ id, prompt, reply }: Turn): Turn {
  const { status, message, error } = reply;
  const saved: ChatView = { status, message, ...(error !== undefined && { error: { message: describeError(error) } }) };
  return { id, prompt, reply: saved };
}

/** Whether a value is what {@link SavedConversation} says: other versions of this page may have saved it. */
export function isSavedConversation(value: unknown): value is SavedConversation {
  return (
    hasFields(value) &&
    typeof value['id'] === 'string' &&
    typeof value['title'] === 'string' &&
    typeof value['updated'] === 'number' &&
    isListOf(value['lanes'], isSavedLane)
  );
}

function isSavedLane(value: unknown): value is SavedLane {
  return (
    hasFields(value) &&
    typeof value['model'] === 'string' &&
    hasFields(value['timings']) &&
    isListOf(value['turns'], isSavedTurn) &&
    new Set(value['turns'].map(({ id }) => id)).size === value['turns'].length
  );
}

function isSavedTurn(value: unknown): value is Turn {
  if (!hasFields(value) || !hasFields(value['reply'])) {
    return false;
  }
  const { status, message } = value['reply'];
  return (
    typeof value['id'] === 'string' &&
    /^\d+$/u.test(value['id']) &&
    typeof value['prompt'] === 'string' &&
    statuses.includes(status) &&
    hasFields(message) &&
    ['content', 'reasoning', 'refusal'].every((field) => typeof message[field] === 'string')
  );
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function hasFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
