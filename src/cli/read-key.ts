import { readFileSync } from 'node:fs';
import { Failure } from './failure.js';
import { oneLine } from './one-line.js';

/**
 * Reads the value of `--key`: the key itself, or `@` and the file that holds it, whose white space around the key is
 * dropped.
 *
 * @throws {Failure} Naming the file that cannot be read or is empty, never the key.
 */
export function readKey(value: string): string {
  if (!value.startsWith('@')) {
    return value.trim();
  }
  const file = value.slice(1);
  const key = readFile(file).trim();
  if (key === '') {
    throw new Failure(`The key file ${oneLine(file)} is empty.`);
  }
  return key;
}

/**
 * Reads the value of `--key` where a server is started with it.
 *
 * @throws {Failure} As {@link readKey}, and when no caller could send such a key.
 */
export function readServerKey(value: string): string {
  const key = readKey(value);
  if (!/^[\x21-\x7e]+$/u.test(key)) {
    throw new Failure('The key must be of visible ASCII characters, without spaces. Check --key.');
  }
  return key;
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = oneLine((error as Error).message).replace(/, \w+( '.*')?$/u, '');
    throw new Failure(`The key file ${oneLine(file)} cannot be read (${reason}). Check --key.`);
  }
}
