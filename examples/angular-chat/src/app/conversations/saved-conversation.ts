import { EMPTY } from 'rxjs';
import { type ChatView, converse, type RunCall, type RunView, type StreamTiming, type Turn } from 'rxllm';
import { describeError } from '../conversation/describe-error';

/** A conversation as it is saved. */
export interface SavedConversation {
  readonly id: string;
  readonly title: string;
  /** When it was saved, in milliseconds since the epoch. */
  readonly updated: number;
  readonly lanes: readonly SavedLane[];
}

/** One model's part of a saved conversation. */
export interface SavedLane {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly timings: Readonly<Record<string, StreamTiming>>;
}

/** Converts a turn to values that JSON can hold: of an error only the message is kept. */
export function toSavedTurn({ id, prompt, reply }: Turn): Turn {
  const { status, message, run, error, streamId } = reply;
  const view: ChatView = {
    status,
    message,
    ...(run && { run: toSavedRun(run) }),
    ...(error && { error: toSavedError(error) }),
    ...(streamId !== undefined && { streamId }),
  };
  return { id, prompt, reply: view };
}

function toSavedRun({ status, turns }: RunView): RunView {
  return { status, turns: turns.map(({ message, calls }) => ({ message, calls: calls.map(toSavedCall) })) };
}

/** Of a result what the model was told is kept, since the next request repeats it. Values of tools may have no JSON. */
function toSavedCall({ call, status, content, error }: RunCall): RunCall {
  return {
    call,
    status,
    ...(content !== undefined && { content }),
    ...(hasFields(error) && { error: toSavedError(error) }),
  };
}

function toSavedError(error: { readonly name?: unknown }): Error {
  return { name: String(error.name), message: describeError(error) };
}

/**
 * Whether a stored value is a valid {@link SavedConversation}; another version of this page may have saved it. An invalid
 * one would break the page.
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

/** This page only shows turns with numeric ids and text prompts. */
function isTextTurn(value: unknown): value is Turn {
  return (
    hasFields(value) &&
    typeof value['id'] === 'string' &&
    /^\d+$/u.test(value['id']) &&
    typeof value['prompt'] === 'string'
  );
}

/** Whether a conversation can continue from these turns; the library decides, and throws for everything else. */
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
