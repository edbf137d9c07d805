import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job, Load, Measured } from './measure.js';
import type { Programs } from './programs.js';
import type { Run, Scenario } from './scenarios.js';
import type { Listener, Listening } from './server.js';
import { measureStart } from './start-up.js';

/** The longest time that one run may take, in milliseconds. */
const maxTime = 180_000;

/** Open files of a process besides its streams. */
const reserve = 300;

/** How to measure. */
export interface LaboratoryConfig {
  /** The Node that runs the contenders. */
  readonly node: string;
  /** The address of the build of rxllm to measure. */
  readonly build: string;
  readonly profile: boolean;
  /** Whether to check what the contenders read, with as little load as possible. */
  readonly smoke: boolean;
}

/** Measures one run of a scenario. */
export type Measure = (scenario: Scenario, run: Run) => Promise<Measured>;

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

/** Starts a server that lasts as long as this process; returns a function that measures runs against it. */
export async function openLaboratory(programs: Programs, config: LaboratoryConfig): Promise<Measure> {
  const server = start(programs.server, [], {});
  const [{ origins, certificate }] = (await once(server, 'message')) as [Listening];
  server.on('exit', (code) => fail(`The server of the benchmarks has ended with code ${code}`));
  const NODE_EXTRA_CA_CERTS = join(dirname(programs.server), 'certificate.pem');
  writeFileSync(NODE_EXTRA_CA_CERTS, certificate);
  const options = {
    execPath: config.node,
    env: { ...process.env, NODE_EXTRA_CA_CERTS, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
  };

  return async (scenario, { contender, load, warmUp, starts, build, bundled = config.profile }) => {
    if (starts !== undefined) {
      return {
        figures: { start: measureStart(starts, { node: config.node, contender, build: build ?? config.build }) },
      };
    }
    const shrink = config.smoke ? smallest : withinOpenFiles;
    const job: Job = {
      contender,
      read: scenario.read ?? 'text',
      load: shrink({ ...scenario.load, ...load }),
      warmUp: shrink({ ...scenario.load, ...load, ...scenario.warmUp, ...warmUp }),
      origins,
      build: build ?? (bundled ? programs.bundle : config.build),
      plainBuild: programs.plainBuild,
      profile: config.profile,
    };
    await countConnections(server, job.load.listener);
    const measured = await runJob(start(programs.measure, [JSON.stringify(job)], options), contender);
    const connections = await countConnections(server, job.load.listener);
    return { ...measured, figures: { ...measured.figures, connections } };
  };
}

function smallest(load: Load): Load {
  return { ...load, chunks: Math.min(load.chunks, 40), streams: Math.min(load.streams, 10), repeat: 1 };
}

/** Limits the streams to what can be open at once; Node itself raises the soft limit of open files to the hard one. */
function withinOpenFiles(load: Load): Load {
  const limit = Number(execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || Infinity;
  // A relay holds the connection of the model's server, and those of the readers.
  const files = load.readers === undefined ? 1 : 1 + load.readers;
  const streams = Math.min(load.streams, Math.floor((limit - reserve) / files));
  if (streams < load.streams) {
    process.stderr.write(`${limit} open files (ulimit -n) allow only ${streams} streams\n`);
  }
  return { ...load, streams };
}

async function runJob(child: ChildProcess, contender: string): Promise<Measured> {
  let measured: Measured | undefined;
  child.on('message', (message: Measured) => (measured = message));
  const timer = setTimeout(() => child.kill('SIGKILL'), maxTime);
  // When the process has ended, so that it does not disturb the next one.
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (measured === undefined) {
    return fail(`${contender} could not be measured: ${code === null ? 'it took too long' : 'see the error above'}`);
  }
  return measured;
}

async function countConnections(server: ChildProcess, listener: Listener): Promise<number> {
  server.send(listener);
  const [connections] = (await once(server, 'message')) as [number];
  return connections;
}

function start(program: string, settings: readonly string[], options: Parameters<typeof fork>[2]): ChildProcess {
  const child = fork(program, settings, { ...options, execArgv: ['--expose-gc'] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
