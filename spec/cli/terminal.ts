import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { program } from './run-program.js';

/** Control keys, as a terminal sends them. */
export const keys = { enter: '\r', ctrlC: '\u0003', ctrlD: '\u0004', up: '\u001b[A' } as const;

/** A run of the command line in a terminal of 80 columns and 24 rows. */
export interface TerminalRun {
  /** Returns the rows down to the last that is not blank, including those scrolled out of view. */
  readonly screen: () => readonly string[];
  /** Resolves when these are the last rows of the screen; rejects if the program ends before. */
  readonly shows: (last: readonly (string | RegExp)[]) => Promise<void>;
  /** Whether the cursor is at the start of an empty line. */
  readonly isOnFreshLine: () => boolean;
  /** Whether anything on the screen has a style or color. */
  readonly isStyled: () => boolean;
  /** Presses keys. */
  readonly type: (text: string) => void;
  /** Sends the program a signal. */
  readonly kill: (signal: string) => void;
  /** Resolves with the exit code when everything is on the screen. */
  readonly ended: Promise<number>;
}

const running = new Set<IPty>();

afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
});

/**
 * Starts the built program in a terminal; it is killed after the test.
 *
 * @param input What a pipe brings as standard input, instead of the keyboard.
 */
export function startInTerminal(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input?: string,
): TerminalRun {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const command = [process.execPath, program(), ...parameters];
  const piped = ['sh', '-c', 'printf %s "$0" | "$@"', input ?? '', ...command];
  const [file = '', ...words] = input === undefined ? command : piped;
  const child = spawn(file, words, {
    cols: 80,
    rows: 24,
    // Raw bytes, so that only the terminal joins those of one character.
    encoding: null,
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...environment },
  });
  running.add(child);
  child.onData((bytes) => terminal.write(bytes));
  terminal.onData((reply) => child.write(reply));
  const screen = (): readonly string[] => rowsOf(terminal);
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      running.delete(child);
      terminal.write('', () => resolve(exitCode));
    });
  });
  return {
    screen,
    isOnFreshLine: () => isOnFreshLine(terminal),
    isStyled: () => isStyled(terminal),
    ended,
    type: (text) => child.write(text),
    kill: (signal) => child.kill(signal),
    shows: (last) =>
      Promise.race([
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (fits(screen(), last)) {
              listening.dispose();
              resolve();
            }
          };
          const listening = terminal.onWriteParsed(look);
          look();
        }),
        ended.then((code) => {
          if (!fits(screen(), last)) {
            throw new Error(`ended with ${code} before it showed ${last.join(' / ')}:\n${screen().join('\n')}`);
          }
        }),
      ]),
  };
}

function fits(rows: readonly string[], last: readonly (string | RegExp)[]): boolean {
  const shown = rows.slice(-last.length);
  return (
    shown.length === last.length &&
    last.every((wanted, row) => (typeof wanted === 'string' ? wanted === shown[row] : wanted.test(shown[row]!)))
  );
}

function rowsOf({ buffer: { active } }: Terminal): readonly string[] {
  const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row)!.translateToString(true));
  return rows.join('\n').replace(/\n+$/u, '').split('\n');
}

function isOnFreshLine({ buffer: { active } }: Terminal): boolean {
  return active.cursorX === 0 && active.getLine(active.baseY + active.cursorY)!.translateToString(true) === '';
}

function isStyled({ cols, buffer: { active } }: Terminal): boolean {
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)!);
  return lines.some((line) =>
    Array.from({ length: cols }, (_, column) => line.getCell(column)!).some((cell) => !cell.isAttributeDefault()),
  );
}
