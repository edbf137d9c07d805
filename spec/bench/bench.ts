import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addressOf, against } from './against.js';
import { type Measure, openLaboratory } from './laboratory.js';
import { buildPrograms } from './programs.js';
import { type Result, runRounds } from './rounds.js';
import { scenarios } from './scenarios.js';
import { toMarkdown, toText } from './table.js';

const help = `Measures what reading streams costs, against the loop that people write by hand.

usage: npm run bench -- [NAME…] [OPTION…]

  --quick          3 rounds instead of 7
  --rounds NUMBER  as many rounds as you like
  --node NODE      the Node of the contenders: a major version, which npx fetches, or a path; may be repeated
  --markdown       print the table of README
  --profile        print what each part of the program takes instead: CPU time, or the memory of open streams
  --against PATH   compare with another build of rxllm, which PATH is or is in
  --smoke          only check what the contenders read, with as little load as possible

scenarios:
${Object.entries(scenarios)
  .map(([name, { title }]) => `  ${name.padEnd(15)}  ${title}`)
  .join('\n')}`;

const { values, positionals } = readArguments();
const names = positionals.length === 0 ? Object.keys(scenarios) : positionals;
const chosen = names.map((name) => scenarios[name] ?? refuse(`There is no scenario "${name}".`));
const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 1) {
  refuse('--rounds must be a whole number from 1 on.');
}
const other =
  values.against === undefined
    ? undefined
    : (addressOf(values.against) ??
      refuse(`${values.against} is not in a build of rxllm: give the path of its dist/esm/index.js.`));
const nodes = (values.node ?? [process.execPath]).map(findNode);
const programs = await buildPrograms();

for (const { node, version } of nodes) {
  const { profile, smoke } = values;
  const measure = await openLaboratory(programs, { node, profile, smoke });
  if (smoke) {
    await check(measure);
  } else if (profile) {
    await printProfiles(measure, version);
  } else {
    await printTable(measure, version);
  }
}
process.exit();

async function printTable(measure: Measure, version: string): Promise<void> {
  const results: Result[] = [];
  for (const scenario of chosen) {
    results.push(
      ...(await runRounds(other === undefined ? scenario : against(scenario, other), rounds, measure, report)),
    );
  }
  const circumstances = { version, rounds };
  const text = `${toText(results, circumstances)}\n`;
  if (values.markdown) {
    report(text);
    console.log(await toMarkdown(results, circumstances));
  } else {
    console.log(text);
  }
}

async function printProfiles(measure: Measure, version: string): Promise<void> {
  for (const scenario of chosen) {
    const isHeap = scenario.load.mode === 'idle';
    console.log(`${scenario.title}, Node ${version}, ${isHeap ? 'bytes per stream' : 'percent of CPU time'}`);
    for (const [name, run] of Object.entries(scenario.runs)) {
      report(`${scenario.title}, ${name}`);
      const { shares = {} } = await measure(scenario, run);
      const sorted = Object.entries(shares).sort(([, a], [, b]) => b - a);
      const shown = sorted.map(([group, share]) => [group, isHeap ? share.toFixed(0) : share.toFixed(1)] as const);
      const lines = shown
        .filter(([, share]) => Number(share) > 0)
        .map(([group, share]) => `  ${share.padStart(6)}  ${group}`);
      console.log([`\n${name}`, ...lines].join('\n'));
    }
    console.log();
  }
}

async function check(measure: Measure): Promise<void> {
  const runs = chosen.flatMap((scenario) => Object.values(scenario.runs).map((run) => [scenario, run] as const));
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [scenario, run] = next;
      report(`${scenario.title}, ${run.contender}`);
      await measure(scenario, run);
    }
  };
  // Nothing is timed, so they need not wait for each other.
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`All of ${runs.length} runs of ${chosen.length} scenarios read what the server sent`);
}

function report(progress: string): void {
  process.stderr.write(`${progress}\n`);
}

function findNode(node: string): { readonly node: string; readonly version: string } {
  try {
    const isVersion = /^\d+(?:\.\d+){0,2}$/u.test(node);
    const command = isVersion ? 'npx' : node;
    const start = isVersion ? ['-y', '-p', `node@${node}`, 'node'] : [];
    const script = 'console.log(process.execPath + " " + process.version)';
    const output = execFileSync(command, [...start, '-e', script], { encoding: 'utf8' }).trim();
    return { node: output.slice(0, output.lastIndexOf(' ')), version: output.slice(output.lastIndexOf(' ') + 1) };
  } catch {
    return refuse(`There is no Node "${node}": give a major version, or the path of the program.`);
  }
}

function readArguments() {
  const toggle = { type: 'boolean', default: false } as const;
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        quick: toggle,
        markdown: toggle,
        profile: toggle,
        smoke: toggle,
        help: { ...toggle, short: 'h' },
        rounds: { type: 'string' },
        against: { type: 'string' },
        node: { type: 'string', multiple: true },
      },
    });
    if (parsed.values.help) {
      console.log(help);
      process.exit();
    }
    return parsed;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(problem: string): never {
  console.error(`${problem}\n\n${help}`);
  process.exit(2);
}
