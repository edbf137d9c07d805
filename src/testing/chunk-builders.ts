import type { ChatChoice, ChatCompletionChunk, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import type { TokenUsage } from '../schemas/token-usage.js';
import { check, checkConfig } from '../util/check.js';
import { isObject } from '../util/is-object.js';

/** Fields that all chunks of an answer share. */
export interface ChunkConfig {
  /** Index of the choice, for requests with `n > 1`. Default 0. */
  readonly choice?: number | undefined;
  /** Id of the answer. Default `'chatcmpl-test'`. */
  readonly id?: string | undefined;
  /** Name of the model. Default `'test-model'`. */
  readonly model?: string | undefined;
}

/**
 * Builds the first chunk of an answer: the role, and an empty text.
 *
 * @throws TypeError if `role` is not a string, or `config` has an invalid field.
 */
export function roleChunk(role = 'assistant', config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('role', role);
  return buildChoiceChunk('roleChunk', { delta: { role, content: '' } }, config);
}

/**
 * Builds a chunk that adds text to an answer.
 *
 * @throws TypeError if `text` is not a string, or `config` has an invalid field.
 * @see {@link chunksOf} for all the chunks of an answer.
 */
export function textChunk(text: string, config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('text', text);
  return buildChoiceChunk('textChunk', { delta: { content: text } }, config);
}

/**
 * Builds a chunk that adds to the model's reasoning, in the field that most servers use: `reasoning_content`.
 *
 * @throws TypeError if `text` is not a string, or `config` has an invalid field.
 */
export function reasoningChunk(text: string, config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('text', text);
  return buildChoiceChunk('reasoningChunk', { delta: { reasoning_content: text } }, config);
}

/** A piece of a tool call. The first piece has the id and the name; the others add to the arguments. */
export interface ToolCallPiece {
  /** Index of the call in the answer. Default 0. */
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text to append. Default `''`. */
  readonly arguments?: string | undefined;
}

/**
 * Builds a chunk that starts a tool call, or adds to its arguments.
 *
 * ```ts
 * of(
 *   toolCallChunk({ id: 'call_1', name: 'search', arguments: '{"query":' }),
 *   toolCallChunk({ arguments: '"rxjs"}' }),
 *   finishChunk('tool_calls'),
 * );
 * ```
 *
 * @throws TypeError if `piece` or `config` has an invalid field.
 */
export function toolCallChunk(piece: ToolCallPiece, config: ChunkConfig = {}): ChatCompletionChunk {
  check(isObject(piece), 'The tool call', 'an object', piece);
  const { index = 0, id, name, arguments: json = '' } = piece;
  check(Number.isSafeInteger(index) && index >= 0, 'index', 'a whole number, 0 or more', index);
  Object.entries({ id, name, arguments: json }).forEach(([field, value]) => {
    checkText(field, value ?? '');
  });
  const delta: ToolCallDelta = {
    index,
    ...(id === undefined ? {} : { id }),
    ...(id === undefined && name === undefined ? {} : { type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), arguments: json },
  };
  return buildChoiceChunk('toolCallChunk', { delta: { tool_calls: [delta] } }, config);
}

/**
 * Builds the chunk that ends an answer, with the reason: `stop`, `length`, `tool_calls`, `content_filter` or one that only
 * your server knows.
 *
 * @throws TypeError if `reason` is not a string, or `config` has an invalid field.
 */
export function finishChunk(reason = 'stop', config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('reason', reason);
  return buildChoiceChunk('finishChunk', { delta: {}, finish_reason: reason }, config);
}

/**
 * Builds the chunk with token counts that follows an answer; it has no choices. A missing count is 0, and a missing total
 * is the sum.
 *
 * ```ts
 * usageChunk({ prompt_tokens: 9, completion_tokens: 2 });
 * ```
 *
 * @throws TypeError if a count is not a whole number, or `config` has an invalid field.
 */
export function usageChunk(usage: TokenUsage, config: Omit<ChunkConfig, 'choice'> = {}): ChatCompletionChunk {
  check(isObject(usage), 'usage', 'an object', usage);
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  const counts = {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: usage.total_tokens ?? (prompt ?? 0) + (completion ?? 0),
  };
  Object.entries(counts).forEach(([name, count]) => {
    check(Number.isSafeInteger(count) && count >= 0, `usage.${name}`, 'a whole number, 0 or more', count);
  });
  return { ...buildChunk('usageChunk', config), usage: { ...usage, ...counts } };
}

/** Options of {@link chunksOf}. */
export interface ChunksOfConfig extends ChunkConfig {
  /** Why the answer ends. Default `'stop'`. */
  readonly finishReason?: string | undefined;
  /** Token counts to send in a last chunk. Default: no such chunk. */
  readonly usage?: TokenUsage | undefined;
}

/**
 * Builds all the chunks of an answer: the role, the text word by word, the finish reason and, if `usage` is set, the token
 * counts. Each word includes the space before it, as most models send it, so the pieces join to the same text.
 *
 * ```ts
 * fakeClient(from(chunksOf('Hello world'))); // role, 'Hello', ' world', finish
 * ```
 *
 * @throws TypeError if `text` is not a string, or `config` has an invalid field.
 */
export function chunksOf(text: string, config: ChunksOfConfig = {}): readonly ChatCompletionChunk[] {
  checkText('text', text);
  checkConfig('chunksOf', config, ['choice', 'id', 'model', 'finishReason', 'usage']);
  const { finishReason = 'stop', usage } = config;
  const pieces = text.match(/\s*\S+|\s+$/gu) ?? [];
  return [
    roleChunk('assistant', config),
    ...pieces.map((piece) => textChunk(piece, config)),
    finishChunk(finishReason, config),
    ...(usage === undefined ? [] : [usageChunk(usage, config)]),
  ];
}

function buildChoiceChunk(
  name: string,
  { delta, finish_reason = null }: Pick<ChatChoice, 'delta' | 'finish_reason'>,
  config: ChunkConfig,
): ChatCompletionChunk {
  const chunk = buildChunk(name, config);
  const { choice: index = 0 } = config;
  check(Number.isSafeInteger(index) && index >= 0, 'choice', 'a whole number, 0 or more', index);
  return { ...chunk, choices: [{ index, delta, logprobs: null, finish_reason }] };
}

function buildChunk(name: string, config: ChunkConfig): ChatCompletionChunk {
  checkConfig(name, config);
  const { id = 'chatcmpl-test', model = 'test-model' } = config;
  checkText('id', id);
  checkText('model', model);
  return { id, object: 'chat.completion.chunk', created: 0, model, choices: [] };
}

function checkText(name: string, value: unknown): void {
  check(typeof value === 'string', name, 'a string', value);
}
