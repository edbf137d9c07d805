import { availableParallelism } from 'node:os';
import { type Measure, openLaboratory } from './laboratory.js';
import { readOptions } from './options.js';
import { buildPrograms } from './programs.js';
import { writeToReadme } from './readme.js';
import { type Result, runRounds } from './rounds.js';
import { toMarkdown, toText } from './table.js';

const { chosen, rounds, nodes, build, markdown, profile, smoke } = readOptions();
const programs = await buildPrograms();
const tables: string[] = [];

for (const { path: node, version } of nodes) {
  const measure = await openLaboratory(programs, { node, build, profile, smoke });
  if (smoke) {
    await check(measure);
  } else if (profile) {
    await printProfiles(measure, version);
  } else {
    const results = await measureAll(measure);
    console.log(`${toText(results, { version, rounds })}\n`);
    tables.push(await toMarkdown(results, { version, rounds }));
  }
}
if (markdown && tables.length > 0) {
  writeToReadme(tables.join('\n'));
}
process.exit();

async function measureAll(measure: Measure): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const scenario of chosen) {
    results.push(...(await runRounds(scenario, rounds, measure, report)));
  }
  return results;
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
  const runs = chosen.flatMap((scenario) =>
    Object.entries(scenario.runs).map(([name, run]) => [scenario, name, run] as const),
  );
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [scenario, name, run] = next;
      report(`${scenario.title}: ${name}`);
      await measure(scenario, run);
    }
  };
  // Nothing is timed, so they need not wait for each other.
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  chosen.forEach(({ title, runs: named }) => console.log(`${title}: ${Object.keys(named).join(' | ')}`));
  console.log(`All of ${runs.length} runs of ${chosen.length} scenarios did what they should`);
}

function report(progress: string): void {
  process.stderr.write(`${progress}\n`);
}
