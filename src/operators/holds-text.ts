import { contentOf, deltaOf, reasoningOf, refusalOf, type AnswerChunk } from '../chunks/answer-chunk.js';

/** Whether a value carries text: a string that is not empty, or a chunk with content, reasoning or a refusal. */
export function holdsText(value: unknown): boolean {
  return typeof value === 'string'
    ? value !== ''
    : choicesOf(value).some((choice) => contentOf(choice) + reasoningOf(choice) + refusalOf(choice) !== '');
}

/**
 * Whether a value carries a piece of the answer: what {@link holdsText} sees, or a piece of a tool call. A role, a
 * finish reason or token counts alone are none.
 */
export function holdsAnswer(value: unknown): boolean {
  return (
    holdsText(value) ||
    choicesOf(value).some((choice) => {
      const delta = deltaOf(choice);
      return Boolean(delta?.tool_calls?.length) || Boolean(delta?.function_call);
    })
  );
}

function choicesOf(value: unknown): AnswerChunk['choices'] {
  const choices: unknown =
    typeof value === 'object' && value !== null && 'choices' in value ? value.choices : undefined;
  return Array.isArray(choices)
    ? (choices as AnswerChunk['choices'][number][]).filter(
        (choice) => typeof choice === 'object' && (choice as unknown) !== null,
      )
    : [];
}
