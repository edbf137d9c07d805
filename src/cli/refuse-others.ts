import { UsageError } from './usage-error.js';

/**
 * Refuses the options that a command does not have.
 *
 * @param known Those it has.
 * @param values Of the options that were given, by name.
 * @throws {UsageError} Naming the first of the others.
 */
export function refuseOthers(command: string, known: readonly string[], values: object): void {
  const other = Object.keys(values).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw new UsageError(`--${other} is no option of rxllm ${command}`);
  }
}
