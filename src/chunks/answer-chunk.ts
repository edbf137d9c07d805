import type { ChatCompletionChunk, ChatDelta } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../schemas/completion.js';
import type { TokenUsage } from '../schemas/token-usage.js';
import { isObject } from '../util/is-object.js';
import type { Message, Usage } from './message.js';

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
  return typeof content === 'string' ? content : joinParts(content, 'text');
}

/**
 * Returns the reasoning a choice adds, or an empty string. Servers name it differently; one that sends both `reasoning`
 * and `reasoning_details` repeats the same text.
 */
export function reasoningOf(choice: AnswerChoice): string {
  const delta = deltaOf(choice);
  return (
    delta?.reasoning_content ||
    delta?.reasoning ||
    joinParts(delta?.['reasoning_details'], 'text', 'summary') ||
    joinParts(delta?.content, 'thinking')
  );
}

/**
 * Returns the field in which the server sends reasoning as plain text, or `undefined` if the choice has no such field.
 * The field may hold an empty string.
 */
export function reasoningKeyOf(choice: AnswerChoice): Message['reasoningKey'] {
  const delta = deltaOf(choice);
  const keys = ['reasoning_content', 'reasoning'] as const;
  return keys.find((key) => delta?.[key]) ?? keys.find((key) => typeof delta?.[key] === 'string');
}

/** Returns the refusal a choice adds, or an empty string. */
export function refusalOf(choice: AnswerChoice): string {
  return deltaOf(choice)?.refusal ?? '';
}

/** Joins the strings in a list of parts, each found under the first key that the part has. Parts may be nested. */
function joinParts(parts: unknown, ...keys: readonly string[]): string {
  if (!Array.isArray(parts)) {
    return '';
  }
  return (parts as unknown[])
    .map((part) => {
      const fields = (part ?? {}) as Readonly<Record<string, unknown>>;
      const value = keys.map((key) => fields[key]).find((item) => item !== undefined && item !== null);
      return typeof value === 'string' ? value : joinParts(value, 'text');
    })
    .join('');
}

/** Whether a value is a non-empty string, or a chunk with content, reasoning or a refusal. */
export function holdsText(value: unknown): boolean {
  return typeof value === 'string'
    ? value !== ''
    : choicesOf(value).some((choice) => contentOf(choice) + reasoningOf(choice) + refusalOf(choice) !== '');
}

/**
 * Whether a value holds part of the answer: text as in {@link holdsText}, or part of a tool call. A role, a finish reason
 * or usage alone does not count.
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
  const choices = isObject(value) ? value['choices'] : undefined;
  return Array.isArray(choices) ? (choices as AnswerChoice[]).filter(isObject) : [];
}

/** Returns the token counts of a chunk, or `undefined` if it has none. */
export function usageOf(chunk: AnswerChunk): Usage | undefined {
  // Groq repeats its usage in a field of its own, which no schema has checked; the standard one is preferred.
  const groq = chunk['x_groq'] as { readonly usage?: TokenUsage | null } | null | undefined;
  const raw = chunk.usage ?? groq?.usage;
  if (!isObject(raw)) {
    return undefined;
  }
  const inputTokens = firstNumber(raw.prompt_tokens);
  const outputTokens = firstNumber(raw.completion_tokens);
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  const cachedTokens = firstNumber(
    raw.prompt_tokens_details?.cached_tokens,
    raw['prompt_cache_hit_tokens'],
    raw['cached_tokens'],
  );
  const reasoningTokens = firstNumber(raw.completion_tokens_details?.reasoning_tokens, raw['reasoning_tokens']);
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    totalTokens: firstNumber(raw.total_tokens) ?? (inputTokens ?? 0) + (outputTokens ?? 0),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    raw,
  };
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}
