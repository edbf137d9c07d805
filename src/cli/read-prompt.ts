import { EMPTY, type Observable } from 'rxjs';
import { readInput } from './read-input.js';
import type { Streams } from './streams.js';
import { patience, toPrompt } from './to-prompt.js';
import { writeLine } from './write-line.js';

/**
 * Emits the prompt, from stdin and the words among the arguments as {@link toPrompt} says. A terminal is only read where
 * the first word is `-`, so that nobody wonders what the program waits for.
 */
export function readPrompt(words: readonly string[], { stdin, stderr }: Streams): Observable<string> {
  const input = stdin.isTTY && words[0] !== '-' ? EMPTY : readInput(stdin);
  const onSilence = (): void => {
    const seconds = patience / 1000;
    writeLine(
      stderr,
      `Nothing came on standard input in ${seconds} s: going on without it (rxllm - … would wait).`,
      'dim',
    );
  };
  return input.pipe(toPrompt({ words, onSilence }));
}
