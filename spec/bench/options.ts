import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, refuse as refuseArguments } from '../support/read-arguments.js';
import { addressOf, against } from './against.js';
import { type Scenario, scenarios } from './scenarios.js';

/** A Node that runs contenders. */
export interface NodeProgram {
  readonly path: string;
  /** Such as `v24.1.0`. */
  readonly version: string;
}

/** What to measure, and what to do with the results. */
export interface Options {
  readonly chosen: readonly Scenario[];
  readonly rounds: number;
  readonly nodes: readonly NodeProgram[];
  /** The address of the build of rxllm to measure. */
  readonly build: string;
  readonly markdown: boolean;
  readonly profile: boolean;
  readonly smoke: boolean;
}

const help = `Measures what reading streams costs, against the loop that people write by hand, and what the start of a program costs.

usage: npm run bench -- [NAME…] [OPTION…]

  --quick          3 rounds instead of 7
  --rounds NUMBER  as many rounds as you like
  --node NODE      the Node of the contenders: a version, which npx fetches, or a path; may be repeated
  --markdown       print the table, and replace the one in README
  --against PATH   compare with another build of rxllm, which PATH is or is in
  --profile        print what each part of the program takes instead: CPU time, or the memory of open streams
  --smoke          only check what the contenders read, with as little load as possible

scenarios:
${Object.entries(scenarios)
  .map(([name, { title }]) => `  ${name.padEnd(15)}  ${title}`)
  .join('\n')}`;

/** Reads the command line. What cannot be done ends the process, and tells what to do. */
export function readOptions(): Options {
  const { values, positionals } = readArguments({
    script: 'bench',
    help,
    options: {
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
      node: { type: 'string', multiple: true },
      markdown: { type: 'boolean' },
      against: { type: 'string' },
      profile: { type: 'boolean' },
      smoke: { type: 'boolean' },
    },
    kind: 'scenario',
    names: Object.keys(scenarios),
  });
  const { markdown = false, profile = false, smoke = false } = values;
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) {
    refuse('--rounds must be a whole number from 1 on');
  }
  const names = positionals.length === 0 ? Object.keys(scenarios) : positionals;
  const named = names.flatMap((name) => scenarios[name] ?? []).filter(({ load }) => !profile || load.streams > 0);
  if (named.length === 0) {
    refuse('--profile shows what reading takes, and a start reads nothing');
  }
  const build = addressOf(import.meta.dirname) ?? refuse('rxllm is not built: run `npm run build` first');
  const chosen = values.against === undefined ? named : compare(named, values.against);
  const contenders = new Set<string>(chosen.flatMap(({ runs }) => Object.values(runs).map((run) => run.contender)));
  const missing = ['openai', 'partial-json', 'resumable-stream'].find(
    (name) => contenders.has(name) && !existsSync(join(import.meta.dirname, 'contenders/node_modules', name)),
  );
  if (missing !== undefined) {
    refuse(
      `The \`${missing}\` package to compare with is not installed: run \`npm ci --prefix spec/bench/contenders\` first`,
    );
  }
  return { chosen, rounds, nodes: (values.node ?? [process.execPath]).map(findNode), build, markdown, profile, smoke };
}

function compare(named: readonly Scenario[], path: string): readonly Scenario[] {
  const other =
    addressOf(path) ?? refuse(`${path} is not in a build of rxllm: give the folder of its package, once it is built`);
  return named.map((scenario) => against(scenario, other));
}

function findNode(node: string): NodeProgram {
  const isVersion = /^\d+(?:\.\d+){0,2}$/u.test(node);
  const [command, ...start] = isVersion ? ['npx', '-y', '-p', `node@${node}`, 'node'] : [node];
  const script = 'console.log(JSON.stringify({ path: process.execPath, version: process.version }))';
  try {
    return JSON.parse(execFileSync(command, [...start, '-e', script], { encoding: 'utf8' })) as NodeProgram;
  } catch {
    return refuse(`There is no Node "${node}": give a version that npx can fetch, or the path of the program`);
  }
}

function refuse(problem: string): never {
  return refuseArguments('bench', problem);
}
