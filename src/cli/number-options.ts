import { type NumberRule, readNumber } from './read-number.js';

const numbers = {
  temperature: { expected: 'a number of 0 or more, such as 0.7', isValid: () => true },
  'max-tokens': {
    expected: 'a whole number of 1 or more',
    isValid: (value) => Number.isSafeInteger(value) && value >= 1,
  },
  timeout: { expected: 'a number of seconds above 0', isValid: (value) => value > 0 },
  retries: { expected: 'a whole number of 0 or more', isValid: Number.isSafeInteger },
  delay: { expected: 'a number of milliseconds from 0 to 60000', isValid: (value) => value <= 60_000 },
  port: {
    expected: 'a whole number from 0 to 65535',
    isValid: (value) => Number.isInteger(value) && value <= 65_535,
  },
  'tokens-per-second': { expected: 'a number of 0 or more; 0 is as fast as possible', isValid: () => true },
} as const satisfies Readonly<Record<string, NumberRule>>;

type Name = keyof typeof numbers;

/**
 * Gives a function that reads the options whose values are numbers, by name; `undefined` for those not given.
 *
 * @param values What the options were given, as text. Reading one that is not allowed throws a `UsageError`.
 */
export function numbersIn(
  values: Readonly<Partial<Record<Name, string | undefined>>>,
): (name: Name) => number | undefined {
  return (name) => readNumber(name, values[name], numbers[name]);
}
