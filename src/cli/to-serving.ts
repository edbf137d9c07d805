import { numbersIn } from './number-options.js';
import { readBuiltIns } from './read-built-ins.js';
import { readRateLimit } from './read-rate-limit.js';
import type { Serving } from './serve.js';
import { UsageError } from './usage-error.js';

/** The options that only `rxllm serve` has. */
export const serverOptions = ['port', 'models', 'tokens-per-second', 'rate-limit'] as const;

const known: readonly string[] = [...serverOptions, 'key'];

type Values = Readonly<Partial<Record<(typeof serverOptions)[number] | 'key', string | undefined>>>;

/**
 * Reads the options of `rxllm serve`.
 *
 * @throws {UsageError} For one that it does not have, or whose value cannot be used.
 */
export function toServing(values: Values): Serving {
  const misplaced = Object.keys(values).find((name) => !known.includes(name));
  if (misplaced !== undefined) {
    throw new UsageError(`--${misplaced} is no option of rxllm serve`);
  }
  const numberOf = numbersIn(values);
  const { models, key, 'rate-limit': rateLimit } = values;
  return {
    port: numberOf('port'),
    models: models === undefined ? undefined : readBuiltIns(models),
    tokensPerSecond: numberOf('tokens-per-second'),
    rateLimit: rateLimit === undefined ? undefined : readRateLimit(rateLimit),
    key,
  };
}
