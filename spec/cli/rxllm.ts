import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { NEVER, Subscription } from 'rxjs';
import { run as runCommand } from '../../src/cli/run.js';

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The other ends of the streams of a run. */
interface Pipes {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
}

/** A run of the command line. */
export interface Running<Child extends Pipes = Pipes> {
  readonly child: Child;
  /** Resolves when stdout contains a text; rejects if the run ends before. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
}

/** A run of the built program. */
export type RunningProgram = Running<ChildProcessWithoutNullStreams>;

export interface RunConfig {
  /** The environment, without PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of standard input, empty by default; `undefined` leaves it open. */
  readonly input?: string | undefined;
}

/** Options of a run in this process. */
export interface RunHereConfig extends RunConfig {
  /** Whether standard output is a terminal. */
  readonly isTTY?: boolean;
}

const running = new Set<ChildProcessWithoutNullStreams>();
const runningHere = new Subscription();

afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
});
afterAll(() => runningHere.unsubscribe());

/** Returns the path of the built program. */
export function program(): string {
  const file = join(__dirname, '../../dist/esm/cli/main.js');
  if (!existsSync(file)) {
    throw new Error('There is no dist/: run npm run build first.');
  }
  return file;
}

/** Starts the built program, which is killed after the test. It takes a while, so only for what {@link start} lacks. */
export function startProgram(parameters: readonly string[], config: RunConfig = {}): RunningProgram {
  const { environment = {}, input } = withInput(config);
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
  return follow(child, code);
}

/**
 * Starts the command line in this process, as the program would run with pipes: without signals and without outputs that
 * are closed early.
 */
export function start(parameters: readonly string[], { isTTY = false, ...config }: RunHereConfig = {}): Running {
  const { environment = {}, input } = withInput(config);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (input !== undefined) {
    stdin.end(input);
  }
  const streams = {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: Object.assign(stdout, { isTTY }) as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  };
  const closed = Promise.all([once(stdout, 'end'), once(stderr, 'end')]);
  const code = new Promise<number>((resolve, reject) => {
    const command = runCommand(parameters, { streams, interruptions: NEVER, readVersion });
    // The environment is read on subscription only.
    const { env } = process;
    process.env = { PATH: env['PATH'], ...environment };
    runningHere.add(command.subscribe({ next: resolve, error: reject }));
    process.env = env;
  });
  const ended = code.then(async (result) => {
    stdout.end();
    stderr.end();
    await closed;
    return result;
  });
  return follow({ stdin, stdout, stderr }, ended);
}

/** Runs the command line in this process to its end. */
export function run(parameters: readonly string[], config?: RunHereConfig): Promise<Ended> {
  return start(parameters, config).ended;
}

function withInput(config: RunConfig): RunConfig {
  return { input: '', ...config };
}

function readVersion(): string {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function follow<Child extends Pipes>(child: Child, code: Promise<number | null>): Running<Child> {
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  // Without colours, which depend on how jest was started.
  const errors = (): string => stderr.text().replace(/\p{Cc}\[\d+m/gu, '');
  const ended = code.then((result) => ({ code: result, stdout: stdout.text(), stderr: errors() }));
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
