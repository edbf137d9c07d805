import { CliError } from '../errors.js';
import { readFile } from '../read-file.js';
import { oneLine } from '../terminal/text.js';

/**
 * Reads the value of `--key`: the key itself, or `@` and the name of a file that contains it. White space around the key is
 * removed.
 *
 * @throws {CliError} Naming a file that cannot be read or is empty, never the key.
 */
export function readKey(value: string): string {
  if (!value.startsWith('@')) {
    return value.trim();
  }
  const file = value.slice(1);
  const key = readFile(file, 'key').trim();
  if (key === '') {
    throw new CliError(`The key file ${oneLine(file)} is empty.`);
  }
  return key;
}

/**
 * Reads the key that `rxllm serve` is to require.
 *
 * @throws {CliError} As {@link readKey}, and for a key that no client could send.
 */
export function readServerKey(value: string): string {
  const key = readKey(value);
  if (!/^[\x21-\x7e]+$/u.test(key)) {
    throw new CliError('The key must consist of visible ASCII characters, without spaces. Check --key.');
  }
  return key;
}
