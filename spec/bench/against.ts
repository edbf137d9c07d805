import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row, Run, Scenario } from './scenarios.js';

/** Returns the address of what Node imports from a package of rxllm, given any path in it; `undefined` if it is not built. */
export function addressOf(path: string): string | undefined {
  for (let folder = resolve(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'rxllm') {
      // A package can import itself by its name.
      const script = 'console.log(import.meta.resolve("rxllm"))';
      const options = ['--input-type=module', '--eval', script];
      const address = execFileSync(process.execPath, options, { cwd: folder, encoding: 'utf8' }).trim();
      return existsSync(fileURLToPath(address)) ? address : undefined;
    }
  }
  return undefined;
}

/** The contenders that any build of rxllm can be. */
const built = ['rxllm', 'rxllm-fetch', 'rxllm-relay'];

/** Makes a scenario compare this build of rxllm with another one. */
export function against({ runs, rows, ...scenario }: Scenario, build: string): Scenario {
  const builds = Object.entries(runs)
    .filter(([, { contender }]) => built.includes(contender))
    .map(([name, run]): [string, Run] => [name, { ...run, bundled: false }]);
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
