import { commands } from './commands.js';
import { nearMiss } from './near-miss.js';
import { UsageError } from './usage-error.js';

/**
 * Gives the words of a prompt back, unless they are a single one that is almost a command: a slip of the fingers is not
 * to be sent to a model that is paid for.
 *
 * @throws {UsageError} Telling how to say either.
 */
export function refuseNearMiss(words: readonly string[]): readonly string[] {
  const [word = '', ...others] = words;
  const isSingle = others.length === 0 && /^[\p{L}-]+$/u.test(word);
  const near = isSingle ? nearMiss(word, commands) : undefined;
  if (near !== undefined) {
    throw new UsageError(
      `There is no command '${word}'; did you mean ${near}? To ask it as a prompt: rxllm -- ${word}`,
    );
  }
  return words;
}
