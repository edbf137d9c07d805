/* Compiles the examples of README's section on relays, and serves a page by each: node:http, Express, Hono and a Worker. */
import { buildSync } from 'esbuild';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url);
const read = (file) => readFileSync(new URL(file, root), 'utf8');

/** What each example is, by its first import; the others are only compiled. */
const names = [
  'node',
  'express',
  'hono',
  'worker',
  'rules',
  'prepare',
  'express-session',
  'page',
  'redis',
  'endpoint',
  'node-endpoint',
];

export default async function check({ folder, run }) {
  const examples = modulesOf(read('README.md'));
  assert.equal(examples.length, names.length);
  examples.forEach((code, place) => writeFileSync(join(folder, `${names[place]}.ts`), code));
  writeFileSync(
    join(folder, 'express-json.ts'),
    examples[names.indexOf('express')].replace('express();', 'express();\napp.use(express.json());'),
  );
  await run('npx', 'tsc', '-p', 'tsconfig.json');
  buildSync({
    absWorkingDir: folder,
    entryPoints: ['built/worker.js'],
    outfile: 'built/worker.bundle.js',
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'browser'],
    external: ['cloudflare:workers'],
    logLevel: 'error',
  });
  const reported = await run(
    process.execPath,
    '--test',
    '--test-timeout=60000',
    '--test-reporter=tap',
    'relay.test.mjs',
  );
  assert.match(reported, /^# fail 0$/mu);
  process.stdout.write(`${/^# pass (\d+)$/mu.exec(reported)?.[1]} tests passed with README's servers\n`);
}

/** Returns the examples of the section as modules, which listen on any free port and ask the local server. */
function modulesOf(readme) {
  const section = /^## Keep the key on a server\n.*?(?=^## )/msu.exec(readme)[0];
  const { values, types } = JSON.parse(read('spec/architecture/public-names.json'))['src/index.ts'];
  const own = [...read('spec/consumers/relay/app.ts').matchAll(/^export .*?(?:const|function) (\w+)/gmu)];
  return [...section.matchAll(/^```ts\n(.*?)^```/gmsu)].map(([, text]) => {
    const code = text
      .replace('.listen(8080)', '.listen(0, announce)')
      .replace('{ apiKey: env.OPENAI_API_KEY }', '{ apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL }');
    const declared = [...code.matchAll(/^(?:export )?const (\w+)|^import (?:\{(.*)\}|(\w+))/gmu)]
      .join()
      .replaceAll(/\w+ as /gu, '');
    const used = (names) => names.filter((name) => isIn(code, name) && !isIn(declared, name)).join(', ');
    const assumed = used(own.map(([, name]) => name));
    return `import { ${assumed} } from './app.js';\nimport { ${used([...values, ...types])} } from 'rxllm';\n${code}`;
  });
}

function isIn(text, name) {
  return new RegExp(`\\b${name}\\b`, 'u').test(text);
}
