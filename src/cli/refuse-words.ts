import { oneLine } from './one-line.js';
import { UsageError } from './usage-error.js';

/** How much of a prompt is repeated. */
const longest = 30;

/**
 * Refuses words behind a command that takes none: they may be meant for it, or as a prompt that begins with its name.
 *
 * @param words Those behind the command.
 * @param instead What the command takes instead of them.
 * @throws {UsageError} Telling how to say either.
 */
export function refuseWords(command: string, words: readonly string[], instead: string): void {
  if (words.length === 0) {
    return;
  }
  const prompt = oneLine([command, ...words].join(' '));
  const shown = prompt.length > longest ? `${command} …` : prompt;
  throw new UsageError(
    `rxllm ${command} takes ${instead}; to ask a model those words, put -- before them: rxllm -- ${shown}`,
  );
}
