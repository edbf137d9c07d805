import { readFileSync } from 'node:fs';
import { CliError } from './errors.js';
import { oneLine } from './terminal/text.js';

/**
 * Reads the file that an option names.
 *
 * @param option The option's name, which is also what the file holds.
 * @throws {CliError} Naming a file that cannot be read.
 */
export function readFile(file: string, option: 'key' | 'schema'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = oneLine((error as Error).message).replace(/, \w+( '.*')?$/u, '');
    throw new CliError(`Cannot read the ${option} file ${oneLine(file)} (${reason}). Check --${option}.`);
  }
}
