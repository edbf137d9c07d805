import { concat, filter, from, NEVER, type Observable } from 'rxjs';
import type { Dialogue } from './dialogue.js';
import { isSaid } from './is-said.js';
import { readInput } from './read-input.js';
import type { Streams } from './streams.js';
import { toLines } from './to-lines.js';
import { withTerminal } from './with-terminal.js';

/**
 * Opens a dialogue for what uses it: with the person at the terminal where there is one to type on and one to see it on,
 * else with standard input, each line of which is a prompt. Closes it in the end, also when it is unsubscribed.
 *
 * @param words Of the first prompt, which comes before anything is read; none for no such prompt.
 */
export function withDialogue<T>(
  words: readonly string[],
  { stdin, stdout, stderr }: Streams,
  use: (dialogue: Dialogue) => Observable<T>,
): Observable<T> {
  const first = [words.join(' ')].filter(isSaid);
  const screen = stdin.isTTY ? [stdout, stderr].find(({ isTTY }) => isTTY) : undefined;
  return screen === undefined
    ? use({
        prompts: concat(from(first), readInput(stdin).pipe(toLines(), filter(isSaid))),
        interruptions: NEVER,
        during: (turn) => turn,
        isAttended: false,
      })
    : withTerminal(first, { keyboard: stdin, screen }, use);
}
