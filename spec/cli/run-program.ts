import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended, RunConfig } from './run-here.js';

/** A run of the built program. */
export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  /** Resolves when stdout contains a text; rejects if the run ends before. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
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

/** Starts the built program, which is killed after the test. It takes a while, so only for what `start` lacks. */
export function startProgram(parameters: readonly string[], config: RunConfig = {}): RunningProgram {
  const { environment = {}, input } = { input: '', ...config };
  const child = spawn(process.execPath, [program(), ...parameters], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  running.add(child);
  if (input !== undefined) {
    child.stdin.end(input);
  }
  // A program that does not read its input breaks the pipe.
  child.stdin.on('error', () => undefined);
  const code = once(child, 'close').then(([closed]) => {
    running.delete(child);
    return closed as number | null;
  });
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  // Without colours, which depend on how jest was started.
  const errors = (): string => stderr.text().replace(/\p{Cc}\[\d+m/gu, '');
  const ended = code.then((result) => ({ code: result, stdout: stdout.text(), stderr: errors() }));
  return {
    child,
    stdout: stdout.text,
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
