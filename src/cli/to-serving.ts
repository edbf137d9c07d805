import { servingOptions } from './commands.js';
import { numbersIn } from './number-options.js';
import { readBuiltIns } from './read-built-ins.js';
import { readRateLimit } from './read-rate-limit.js';
import { refuseOthers } from './refuse-others.js';
import type { Serving } from './serve.js';

type Values = Readonly<Partial<Record<(typeof servingOptions)[number], string | undefined>>>;

/**
 * Reads the options of `rxllm serve`.
 *
 * @throws {UsageError} For one that it does not have, or whose value cannot be used.
 */
export function toServing(values: Values): Serving {
  refuseOthers('serve', servingOptions, values);
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
