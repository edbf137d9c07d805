/* Compiles programs with each version of TypeScript that people use, the declarations of all packages included. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const versions = ['5.9', '6.0', '7.0'];
/** The projects, and whose declarations each may load. In 5.9 `commonjs` is without `esModuleInterop`. */
const projects = {
  nodenext: ['@types/node', 'rxjs', 'rxllm', 'undici', 'undici-types'],
  commonjs: ['@types/node', 'rxjs', 'rxllm', 'undici', 'undici-types'],
  web: ['rxjs', 'rxllm'],
};

export default async function check({ folder, run }) {
  for (const kind of ['mts', 'cts']) {
    for (const name of ['app', 'web']) {
      const source = readFileSync(join(folder, `${name}.ts`), 'utf8');
      writeFileSync(join(folder, `${name}.${kind}`), source.replace('./web.js', `./web.${kind.replace('t', 'j')}`));
    }
  }
  for (const version of versions) {
    for (const [project, packages] of Object.entries(projects)) {
      const tsc = join(folder, `node_modules/typescript-${version}/bin/tsc`);
      const files = await run(process.execPath, tsc, '-p', `tsconfig.${project}.json`, '--listFiles');
      const loaded = [...files.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/gu)];
      const others = loaded.map(([, name]) => name).filter((name) => !/^@?typescript/u.test(name));
      assert.deepEqual([...new Set(others)].sort(), packages, `${project} in TypeScript ${version}`);
    }
  }
  process.stdout.write(`${Object.keys(projects).join(', ')} compiled with TypeScript ${versions.join(', ')}\n`);
}
