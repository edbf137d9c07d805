import { type BuiltInModel, builtInModels, type LocalRateLimit } from '../../local/index.js';
import { UsageError } from '../errors.js';
import { oneLine } from '../terminal/text.js';
import type { OptionValues } from './options.js';

/** `expected` completes the sentence "--name must be …". */
const numberRules = {
  temperature: { expected: 'a number, 0 or more, such as 0.7', isValid: () => true },
  'max-tokens': {
    expected: 'a whole number, 1 or more',
    isValid: (value) => Number.isSafeInteger(value) && value >= 1,
  },
  timeout: { expected: 'a number of seconds above 0', isValid: (value) => value > 0 },
  retries: { expected: 'a whole number, 0 or more', isValid: Number.isSafeInteger },
  delay: { expected: 'a number of milliseconds from 0 to 60000', isValid: (value) => value <= 60_000 },
  port: {
    expected: 'a whole number from 0 to 65535',
    isValid: (value) => Number.isInteger(value) && value <= 65_535,
  },
  'tokens-per-second': { expected: 'a number, 0 or more; 0 is as fast as possible', isValid: () => true },
} as const satisfies Readonly<Record<string, { expected: string; isValid: (value: number) => boolean }>>;

/**
 * Reads an option whose value is a number in decimal digits, with an optional exponent, such as 1e3; `undefined` if it was
 * not given.
 *
 * @throws {UsageError} Naming the option and what it must be.
 */
export function readNumber(values: OptionValues, name: keyof typeof numberRules): number | undefined {
  const value = values[name];
  if (value === undefined) {
    return undefined;
  }
  const { expected, isValid } = numberRules[name];
  const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(value.trim()) ? Number(value) : NaN;
  if (!Number.isFinite(number) || !isValid(number)) {
    throw new UsageError(`--${name} must be ${expected}`);
  }
  return number;
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a rate limit of requests per time, such as `3/10s`, `60/m` or `1/500ms`.
 *
 * @throws {UsageError} When it is not a rate limit.
 */
export function readRateLimit(value: string): LocalRateLimit {
  const [, count = '', length = '1', unit = ''] = /^(\d+)\/(\d+(?:\.\d+)?)?(ms|[smh])$/u.exec(value.trim()) ?? [];
  const requests = Number(count);
  const window = Number(length) * units[unit as keyof typeof units];
  if (!Number.isSafeInteger(requests) || requests < 1 || !(window > 0)) {
    throw new UsageError('--rate-limit must be a number of requests and a time, such as 3/10s, 60/m or 1/500ms');
  }
  return { requests, window };
}

/**
 * Reads the names of models, separated by commas; duplicates are dropped.
 *
 * @throws {UsageError} For an empty name.
 */
export function readModels(value: string): readonly string[] {
  const names = new Set(value.split(',').map((name) => name.trim()));
  if (names.has('')) {
    throw new UsageError('Empty name in --models; write names with commas between them, such as gpt-4o,gpt-4o-mini');
  }
  return [...names];
}

/**
 * Reads the names of built-in models, separated by commas; duplicates are dropped.
 *
 * @throws {UsageError} For an unknown name, listing the known ones.
 */
export function readBuiltInModels(value: string): readonly BuiltInModel[] {
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isBuiltIn(name));
  if (unknown !== undefined) {
    const problem = unknown === '' ? 'Empty name' : `Unknown model ${oneLine(unknown)}`;
    throw new UsageError(`${problem} in --models; choose from ${builtInModels.join(', ')}`);
  }
  return [...new Set(names.filter(isBuiltIn))];
}

/**
 * Checks the URL of a Redis server.
 *
 * @throws {UsageError} Without quoting the URL, which may contain a password.
 */
export function checkRedisURL(value: string): void {
  if (!/^rediss?:\/\//iu.test(value) || !URL.canParse(value)) {
    throw new UsageError(
      '--redis must be a URL that begins with redis:// or rediss://, such as redis://localhost:6379',
    );
  }
}

function isBuiltIn(name: string): name is BuiltInModel {
  return (builtInModels as readonly string[]).includes(name);
}
