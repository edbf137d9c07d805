import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A program of the specs in its own Node process, which answers messages. */
export interface RunningProgram {
  /** What it sent once it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Sends a message, and resolves with the answer. */
  ask(message: string): Promise<Readonly<Record<string, unknown>>>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it, even if it is frozen. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Starts a TypeScript program, whose path begins at the folder of the project, and waits for its first message. Its only
 * parameter is JSON.
 */
export async function spawnProgram(
  path: string,
  settings: object,
  nodeOptions: readonly string[] = [],
): Promise<RunningProgram> {
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ['--import', './.config/typescript.mjs', ...nodeOptions],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child.on('exit', () => running.delete(child)));
  const answer = async (): Promise<Readonly<Record<string, unknown>>> => {
    const ended = new AbortController();
    const exit = once(child, 'exit', ended).then(() => Promise.reject(new Error(`${path} has ended`)));
    try {
      const [message] = (await Promise.race([once(child, 'message', ended), exit])) as [
        Readonly<Record<string, unknown>>,
      ];
      return message;
    } finally {
      exit.catch(() => undefined);
      ended.abort();
    }
  };
  const ready = await answer();
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready,
    ask: (message) => {
      const asked = last.then(() => {
        child.send(message);
        return answer();
      });
      last = asked.catch(() => undefined);
      return asked;
    },
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
    },
  };
}

/** In a program: reads its settings. */
export function readSettings(): unknown {
  return JSON.parse(process.argv[2]!);
}

/** In a program: tells its parent that it is ready, answers what that asks, and ends with it. */
export function serveParent(ready: object, answers: Readonly<Record<string, () => object | Promise<object>>>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (message: string) => {
    void Promise.resolve(answers[message]?.() ?? {}).then((answer) => process.send?.(answer));
  });
  process.send?.(ready);
}
