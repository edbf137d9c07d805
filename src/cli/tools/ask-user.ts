import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';
import { Observable } from 'rxjs';
import { UsageError } from '../errors.js';
import type { Streams } from '../terminal/output.js';

/** Asks a question at a terminal, and emits whether the answer was yes. */
export type AskUser = (question: string) => Observable<boolean>;

/**
 * Prepares to ask questions: at standard input if that is a terminal, else at the terminal of the process, since standard
 * input may be the prompt.
 *
 * @throws {UsageError} When there is no terminal.
 */
export function prepareQuestions({ stdin, stderr }: Streams): AskUser {
  const open = (): ReadStream => (stdin.isTTY ? stdin : new ReadStream(openSync('/dev/tty', 'r')));
  if (!stdin.isTTY) {
    try {
      open().destroy();
    } catch {
      throw new UsageError(
        'Each call of a tool is asked for at a terminal, and there is none: pass --yes to run them all',
      );
    }
  }
  return (question) =>
    new Observable((subscriber) => {
      const keyboard = open();
      const editor = createInterface({ input: keyboard, terminal: false });
      editor.once('line', (line) => {
        subscriber.next(/^\s*y(es)?\s*$/iu.test(line));
        subscriber.complete();
      });
      // Ctrl-D.
      editor.once('close', () => subscriber.complete());
      stderr.write(question);
      return () => {
        editor.close();
        if (keyboard !== stdin) {
          keyboard.destroy();
        }
      };
    });
}
