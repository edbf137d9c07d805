import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Row, Run, Scenario } from './scenarios.js';

/** Returns the address of the Node entry of a build of rxllm, given any path in its package. */
export function addressOf(path: string): string | undefined {
  for (let folder = resolve(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name, exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        readonly name?: string;
        readonly exports?: { readonly '.': { readonly node: { readonly import: { readonly default: string } } } };
      };
      const entry = name === 'rxllm' ? join(folder, exports?.['.'].node.import.default ?? '') : '';
      if (existsSync(entry)) {
        return pathToFileURL(entry).href;
      }
    }
  }
  return undefined;
}

/** Makes a scenario compare this build of rxllm with another one. */
export function against({ runs, rows, ...scenario }: Scenario, build: string): Scenario {
  const builds = Object.entries(runs).filter(
    ([, { contender }]) => contender === 'rxllm' || contender === 'rxllm-fetch',
  );
  const others = builds.map(([name, run]): [string, Run] => [otherOf(name), { ...run, build }]);
  const figures = builds.flatMap(([of]) =>
    [...new Set(rows.filter((row) => row.of === of).map(({ figure }) => figure))].map((figure): Row => {
      return { figure, of, over: otherOf(of) };
    }),
  );
  return { ...scenario, runs: Object.fromEntries([...builds, ...others]), rows: figures };
}

function otherOf(name: string): string {
  return `${name}, other build`;
}
