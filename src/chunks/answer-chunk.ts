import type { ChatCompletionChunk, ChatDelta } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../schemas/completion-chunk.js';
import type { Message } from './message.js';

/** A chunk of any endpoint that answers with text. */
export type AnswerChunk = ChatCompletionChunk | CompletionChunk;

/** What a chunk of any endpoint adds to one of `n` answers. */
export type AnswerChoice = AnswerChunk['choices'][number];

/** What a choice adds; `undefined` for a legacy choice. */
export function deltaOf(choice: AnswerChoice): ChatDelta | undefined {
  return choice.delta ?? undefined;
}

/** The answer's text that a choice adds, empty if none. Content sent as a list counts with its text parts. */
export function contentOf(choice: AnswerChoice): string {
  const content = deltaOf(choice)?.content ?? choice.text;
  return typeof content === 'string' ? content : joinParts(content, 'text');
}

/**
 * The reasoning that a choice adds, empty if none. Servers name it differently, and where one sends both `reasoning` and
 * `reasoning_details` they hold the same text.
 */
export function reasoningOf(choice: AnswerChoice): string {
  const delta = deltaOf(choice);
  return (
    delta?.reasoning_content ||
    delta?.reasoning ||
    joinParts(delta?.['reasoning_details'], 'text', 'summary') ||
    (typeof delta?.content === 'object' ? joinParts(delta.content, 'thinking') : '')
  );
}

/**
 * The field by which a server sends its reasoning as plain text; `undefined` where the choice has no such field. An empty
 * text counts too, since it says that the server has the field.
 */
export function reasoningKeyOf(choice: AnswerChoice): Message['reasoningKey'] {
  const delta = deltaOf(choice);
  const keys = ['reasoning_content', 'reasoning'] as const;
  return keys.find((key) => delta?.[key]) ?? keys.find((key) => typeof delta?.[key] === 'string');
}

/** The refusal that a choice adds, empty if none. */
export function refusalOf(choice: AnswerChoice): string {
  return deltaOf(choice)?.refusal ?? '';
}

/** Joins the strings that parts hold under the first of the keys they have; a part may nest a list of text parts. */
function joinParts(parts: unknown, ...keys: readonly string[]): string {
  if (!Array.isArray(parts)) {
    return '';
  }
  return (parts as unknown[])
    .map((part) => {
      const fields = typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {};
      const value = keys.map((key) => fields[key]).find((item) => item !== undefined && item !== null);
      return typeof value === 'string' ? value : joinParts(value, 'text');
    })
    .join('');
}
