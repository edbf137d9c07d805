import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command line. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when stdout contains a text; rejects if the program ends before. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface RunConfig {
  /** The environment, without PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of standard input, empty by default; `undefined` leaves it open. */
  readonly input?: string | undefined;
}

const running = new Set<ChildProcessWithoutNullStreams>();

afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
});

/** Returns the path of the built program. */
export function program(): string {
  const file = join(__dirname, '../../dist/esm/cli/main.js');
  if (!existsSync(file)) {
    throw new Error('There is no dist/: run npm run build first.');
  }
  return file;
}

/** Starts the built program, which is killed after the test. */
export function start(parameters: readonly string[], config: RunConfig = {}): Running {
  const { environment = {}, input = 'input' in config ? undefined : '' } = config;
  const child = spawn(process.execPath, [program(), ...parameters], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  running.add(child);
  if (input !== undefined) {
    child.stdin.end(input);
  }
  // A program that does not read its input breaks the pipe.
  child.stdin.on('error', () => undefined);
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, stdout: stdout.text(), stderr: stderr.text() };
  });
  return {
    child,
    ended,
    shows: (text) =>
      Promise.race([
        stdout.holds(text),
        ended.then((end) => {
          throw new Error(`ended before it showed "${text}": ${JSON.stringify(end)}`);
        }),
      ]),
  };
}

/** Runs the program to its end. */
export function run(parameters: readonly string[], config?: RunConfig): Promise<Ended> {
  return start(parameters, config).ended;
}

function gather(stream: NodeJS.ReadableStream): { text: () => string; holds: (text: string) => Promise<void> } {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => (text += piece));
  return {
    text: () => text,
    holds: async (expected) => {
      while (!text.includes(expected)) {
        await once(stream, 'data');
      }
    },
  };
}
