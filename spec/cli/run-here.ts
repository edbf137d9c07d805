import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { NEVER, of, Subscription } from 'rxjs';
import * as commands from '../../src/cli/commands.js';
import { run as runProgram } from '../../src/cli/run.js';

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Without its colours, which depend on how jest was started. */
  readonly stderr: string;
}

export interface RunConfig {
  /** The environment, without PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of standard input, empty by default; `undefined` leaves it open. */
  readonly input?: string | undefined;
}

/** Options of a run in this process. */
export interface RunHereConfig extends RunConfig {
  /** Which outputs are terminals. */
  readonly terminals?: readonly ('stdout' | 'stderr')[];
}

/** A run of the command line in this process. */
export interface Running {
  readonly stdin: PassThrough;
  /** What was written to both outputs so far, in order, without colours. */
  readonly written: readonly string[];
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when an output contains a text; rejects if the run ends before. */
  readonly shows: (text: string) => Promise<void>;
  /** Unsubscribes. */
  readonly stop: () => void;
  readonly ended: Promise<Ended>;
}

const runs = new Subscription();

afterAll(() => runs.unsubscribe());

/**
 * Starts the command line in this process, as the program would run with pipes: without signals, without outputs that are
 * closed early, and without the time that starting the program takes.
 */
export function start(parameters: readonly string[], config: RunHereConfig = {}): Running {
  const { environment = {}, input, terminals = [] } = { input: '', ...config };
  const writes: { readonly name: 'stdout' | 'stderr'; readonly text: string }[] = [];
  const written: string[] = [];
  const output = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const write = (text: string, _encoding: string, done: () => void): void => {
      const plain = name === 'stderr' ? text.replace(/\p{Cc}\[\d+m/gu, '') : text;
      if (plain !== '') {
        writes.push({ name, text: plain });
        written.push(plain);
      }
      done();
    };
    const stream = new Writable({ decodeStrings: false, write });
    return Object.assign(stream, { isTTY: terminals.includes(name) }) as unknown as NodeJS.WriteStream;
  };
  const textOf = (name: string): string =>
    writes
      .filter((write) => write.name === name)
      .map(({ text }) => text)
      .join('');
  const stdin = new PassThrough();
  if (input !== undefined) {
    stdin.end(input);
  }
  const streams = {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: output('stdout'),
    stderr: output('stderr'),
  };
  const running = new Subscription();
  runs.add(running);
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    const loadCommands = () => of(commands);
    const command = runProgram(parameters, { streams, interruptions: NEVER, readVersion, loadCommands });
    const end = (code: number): void => {
      isOver = true;
      resolve({ code, stdout: textOf('stdout'), stderr: textOf('stderr') });
    };
    // The environment is read on subscription only.
    const { env } = process;
    process.env = { PATH: env['PATH'], ...environment };
    running.add(command.subscribe({ next: end, error: reject }));
    process.env = env;
  });
  return {
    stdin,
    written,
    stdout: () => textOf('stdout'),
    stderr: () => textOf('stderr'),
    shows: async (text) => {
      while (!textOf('stdout').includes(text) && !textOf('stderr').includes(text)) {
        if (isOver) {
          throw new Error(`ended before it showed "${text}": ${JSON.stringify(written)}`);
        }
        await turn();
      }
    },
    stop: () => running.unsubscribe(),
    ended,
  };
}

/** Runs the command line in this process to its end. */
export function run(parameters: readonly string[], config?: RunHereConfig): Promise<Ended> {
  return start(parameters, config).ended;
}

function readVersion(): string {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Lets the event loop handle input and output. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Replaces the timers, but not those of input and output, by virtual ones for the tests of a block. */
export function useVirtualTime(): void {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
    // Without jitter.
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });
}
