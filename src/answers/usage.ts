import type { Usage } from '../schemas/message.js';
import { isObject } from '../util/is-object.js';
import { numberIn } from './read-fields.js';

/** Reads counts under the names of either endpoint. Numbers may be text, since not all of the names are known when a value is read. */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isObject(raw)) {
    return undefined;
  }
  const count = (...names: readonly string[]): number | undefined => firstNumber(raw, names);
  const detail = (of: string, name: string): number | undefined => firstNumber(raw[`${of}_tokens_details`], [name]);
  const inputTokens = count('prompt_tokens', 'input_tokens');
  const outputTokens = count('completion_tokens', 'output_tokens');
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  const cachedTokens =
    detail('prompt', 'cached_tokens') ??
    detail('input', 'cached_tokens') ??
    count('prompt_cache_hit_tokens', 'cached_tokens');
  const reasoningTokens =
    detail('completion', 'reasoning_tokens') ?? detail('output', 'reasoning_tokens') ?? count('reasoning_tokens');
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    totalTokens: count('total_tokens') ?? (inputTokens ?? 0) + (outputTokens ?? 0),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    raw,
  };
}

function firstNumber(fields: unknown, names: readonly string[]): number | undefined {
  return names
    .map((name) => numberIn(isObject(fields) ? fields[name] : undefined))
    .find((value) => value !== undefined);
}
