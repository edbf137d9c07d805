import { EMPTY } from 'rxjs';
import { type ChatView, converse, type StreamTiming, type Turn } from 'rxllm';
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

/** A turn of values that JSON can hold: of an error only its message is kept. */
export function toSavedTurn({ id, prompt, reply }: Turn): Turn {
  const { status, message, error } = reply;
  const saved: ChatView = { status, message, ...(error !== undefined && { error: { message: describeError(error) } }) };
  return { id, prompt, reply: saved };
}

/**
 * Whether a value is what {@link SavedConversation} says: other versions of this page may have saved it. What this does not
 * find would break the page at each of its changes.
 */
export function isSavedConversation(value: unknown): value is SavedConversation {
  return (
    hasFields(value) &&
    typeof value['id'] === 'string' &&
    typeof value['title'] === 'string' &&
    typeof value['updated'] === 'number' &&
    isListOf(value['lanes'], isSavedLane) &&
    new Set(value['lanes'].map(({ model }) => model)).size === value['lanes'].length
  );
}

function isSavedLane(value: unknown): value is SavedLane {
  return (
    hasFields(value) &&
    typeof value['model'] === 'string' &&
    hasFields(value['timings']) &&
    Object.values(value['timings']).every(isTiming) &&
    isListOf(value['turns'], isTextTurn) &&
    canGoOn(value['turns'])
  );
}

/** The rows of the page are numbers, and their prompts text. */
function isTextTurn(value: unknown): value is Turn {
  return (
    hasFields(value) &&
    typeof value['id'] === 'string' &&
    /^\d+$/u.test(value['id']) &&
    typeof value['prompt'] === 'string'
  );
}

/** What a conversation can go on from only the library knows: it throws for everything else. */
function canGoOn(turns: readonly Turn[]): boolean {
  try {
    converse({ chat: () => EMPTY }, { request: { model: 'any' }, turns });
    return true;
  } catch {
    return false;
  }
}

function isTiming(value: unknown): boolean {
  return (
    hasFields(value) &&
    typeof value['chunksPerSecond'] === 'number' &&
    ['timeToFirstText', 'tokensPerSecond', 'outputTokens'].every(
      (field) => value[field] === undefined || typeof value[field] === 'number',
    )
  );
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function hasFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
