import type { ChatChoice } from '../schemas/chat-completion-chunk.js';
import type { CompletionChoice } from '../schemas/completion-chunk.js';

/** A choice of either kind of chunk; of a value that only looks like a chunk, anything. */
type ChoiceLike = Partial<ChatChoice & CompletionChoice> | null | undefined;

/**
 * Whether a value carries text: a string that is not empty, or a chunk with content, a refusal or reasoning in any of
 * its choices, whatever field the server puts it in.
 */
export function holdsText(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : choicesOf(value).some(choiceHoldsText);
}

function choiceHoldsText(choice: ChoiceLike): boolean {
  const delta = choice?.delta;
  return (
    isFilled(choice?.text) ||
    isFilled(delta?.content) ||
    isFilled(delta?.refusal) ||
    isFilled(delta?.reasoning_content) ||
    isFilled(delta?.reasoning) ||
    isFilled(delta?.reasoning_details)
  );
}

function isFilled(value: unknown): boolean {
  return (typeof value === 'string' || Array.isArray(value)) && value.length > 0;
}

function choicesOf(value: unknown): readonly ChoiceLike[] {
  const choices = typeof value === 'object' && value !== null && 'choices' in value ? value.choices : undefined;
  return Array.isArray(choices) ? (choices as readonly ChoiceLike[]) : [];
}
