import { PassThrough, Writable } from 'node:stream';
import { NEVER } from 'rxjs';
import { run } from '../../src/cli/run.js';

/** What the command line wrote when it ran in this process. */
export interface EndedHere {
  readonly code: number;
  readonly stdout: string;
  /** Without its colours, which depend on how jest was started. */
  readonly stderr: string;
}

/** A run of the command line in this process. */
export interface RunningHere {
  readonly stdin: PassThrough;
  /** What was written to both outputs so far, in order, without colours. */
  readonly written: readonly string[];
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the outputs contain a text; rejects if the run ends before. */
  readonly shows: (text: string) => Promise<void>;
  /** Unsubscribes. */
  readonly stop: () => void;
  readonly ended: Promise<EndedHere>;
}

export interface RunHereConfig {
  /** The content of standard input, empty by default; `undefined` leaves it open. */
  readonly input?: string | undefined;
  /** Which outputs are terminals. */
  readonly terminals?: readonly ('stdout' | 'stderr')[];
}

/** Starts the command line in this process, without the time that starting the program takes. */
export function startHere(parameters: readonly string[], config: RunHereConfig = {}): RunningHere {
  const { input = 'input' in config ? undefined : '', terminals = [] } = config;
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
  let isOver = false;
  let resolveEnded: (ended: EndedHere) => void;
  const ended = new Promise<EndedHere>((resolve) => (resolveEnded = resolve));
  const running = run(parameters, { streams, interruptions: NEVER, readVersion: () => '0' }).subscribe((code) => {
    isOver = true;
    resolveEnded({ code, stdout: textOf('stdout'), stderr: textOf('stderr') });
  });
  return {
    stdin,
    written,
    stdout: () => textOf('stdout'),
    stderr: () => textOf('stderr'),
    shows: async (text) => {
      while (!written.join('').includes(text)) {
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

/** Runs the command line in this process; standard input is empty. */
export function runHere(parameters: readonly string[], isTTY = false): Promise<EndedHere> {
  return startHere(parameters, { terminals: isTTY ? ['stdout'] : [] }).ended;
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
