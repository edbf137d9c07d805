import { readUsage } from '../answers/usage.js';
import type { ChatCompletionChunk, ChatDelta } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../schemas/completion.js';
import type { Message, Usage } from '../schemas/message.js';
import { fieldOf } from '../util/field-of.js';
import { reasoningInParts, textInDetails, textInParts } from './loose-values.js';

/** A chunk of any endpoint that answers with text. */
export type AnswerChunk = ChatCompletionChunk | CompletionChunk;

/** One choice of an {@link AnswerChunk}. */
export type AnswerChoice = AnswerChunk['choices'][number];

/** Returns the delta of a choice, or `undefined` if a legacy choice has none. */
export function deltaOf(choice: AnswerChoice): ChatDelta | undefined {
  return choice.delta ?? undefined;
}

/** Returns the text a choice adds to the answer, or an empty string. From a list of parts it takes the text parts. */
export function contentOf(choice: AnswerChoice): string {
  const content = deltaOf(choice)?.content ?? choice.text;
  return typeof content === 'string' ? content : textInParts(content);
}

/**
 * Returns the reasoning a choice adds, or an empty string. Servers name it differently; one that sends both `reasoning`
 * and `reasoning_details` repeats the same text.
 */
export function reasoningOf(choice: AnswerChoice): string {
  const delta = deltaOf(choice);
  if (!delta) {
    return '';
  }
  const { content, reasoning_content: named, reasoning, reasoning_details: details } = delta;
  return (
    named ||
    reasoning ||
    (details ? textInDetails(details) : '') ||
    (typeof content === 'object' ? reasoningInParts(content) : '')
  );
}

/**
 * Returns the field in which the server sends reasoning as plain text, or `undefined` if the choice has no such field.
 * The field may hold an empty string.
 */
export function reasoningKeyOf(choice: AnswerChoice): Message['reasoningKey'] {
  const delta = deltaOf(choice);
  if (delta?.reasoning_content || (typeof delta?.reasoning_content === 'string' && !delta.reasoning)) {
    return 'reasoning_content';
  }
  return typeof delta?.reasoning === 'string' ? 'reasoning' : undefined;
}

/** Returns the refusal a choice adds, or an empty string. */
export function refusalOf(choice: AnswerChoice): string {
  return deltaOf(choice)?.refusal ?? '';
}

/** Returns the token counts of a chunk, or `undefined` if it has none. */
export function usageOfChunk(chunk: AnswerChunk): Usage | undefined {
  // Groq repeats its usage in a field of its own; the standard one is preferred.
  return readUsage(chunk.usage) ?? readUsage(fieldOf(chunk['x_groq'], 'usage'));
}
