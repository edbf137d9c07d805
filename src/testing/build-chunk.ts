import { check, checkConfig } from '../util/check.js';
import type { ChatChoice, ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';

/** What the chunks of an answer have in common. */
export interface ChunkConfig {
  /** Index of the choice, for requests with `n > 1`. Default 0. */
  readonly choice?: number | undefined;
  /** Id of the answer. Default `'chatcmpl-test'`. */
  readonly id?: string | undefined;
  /** Name of the model. Default `'test-model'`. */
  readonly model?: string | undefined;
}

/** A chunk as OpenAI sends it, without choices and usage. */
export function buildChunk(name: string, config: ChunkConfig): ChatCompletionChunk {
  checkConfig(name, config);
  const { id = 'chatcmpl-test', model = 'test-model' } = config;
  checkText('id', id);
  checkText('model', model);
  return { id, object: 'chat.completion.chunk', created: 0, model, choices: [] };
}

/** A chunk with one choice. */
export function buildChoiceChunk(
  name: string,
  { delta, finish_reason = null }: Pick<ChatChoice, 'delta' | 'finish_reason'>,
  config: ChunkConfig,
): ChatCompletionChunk {
  const chunk = buildChunk(name, config);
  const { choice: index = 0 } = config;
  check(Number.isSafeInteger(index) && index >= 0, 'choice', 'a whole number, 0 or more', index);
  return { ...chunk, choices: [{ index, delta, logprobs: null, finish_reason }] };
}

/** Checks a text that a chunk carries. */
export function checkText(name: string, value: unknown): void {
  check(typeof value === 'string', name, 'a string', value);
}
