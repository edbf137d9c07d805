import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';
import { Observable } from 'rxjs';
import { UsageError } from '../errors.js';
import type { Streams } from '../terminal/output.js';

/** Asks a question at a terminal, and emits whether the answer was yes. */
export type AskUser = (question: string) => Observable<boolean>;

/**
 * Prepares to ask questions at the terminal of the process. Standard input may be the prompt, and after Ctrl-D it is never
 * read again; Windows, which has no /dev/tty, reads it all the same.
 *
 * @throws {UsageError} When there is no terminal.
 */
export function prepareQuestions({ stdin, stderr }: Streams): AskUser {
  const open = (): ReadStream => {
    try {
      return new ReadStream(openSync('/dev/tty', 'r'));
    } catch {
      if (stdin.isTTY) {
        return stdin;
      }
      throw new UsageError(
        'Each call of a tool is asked for at a terminal, and there is none: pass --yes to run them all',
      );
    }
  };
  const first = open();
  if (first !== stdin) {
    first.destroy();
  }
  return (question) =>
    new Observable((subscriber) => {
      const keyboard = open();
      const editor = createInterface({ input: keyboard, terminal: false });
      editor.once('line', (line) => {
        subscriber.next(/^\s*y(es)?\s*$/iu.test(line));
        subscriber.complete();
      });
      // Ctrl-D, which does not end the line.
      editor.once('close', () => {
        if (!subscriber.closed) {
          stderr.write('\n');
        }
        subscriber.complete();
      });
      stderr.write(question);
      return () => {
        editor.close();
        if (keyboard !== stdin) {
          keyboard.destroy();
        }
      };
    });
}
