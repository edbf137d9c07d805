/* With each mock in place, before or after the package is imported, no request may reach the server. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

/** undici 8 does not load on Node 20. */
const [major] = process.versions.node.split('.');
const newer = major < 24 ? ['npx', '-y', '-p', 'node@24', 'node'] : [process.execPath];

export default async function check({ folder, run }) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    response.writeHead(500).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseURL = `http://127.0.0.1:${server.address().port}/v1`;
  const problems = [];
  // From 26 on, Node overwrites a global dispatcher of undici 5 and 6 when it loads its own undici.
  const outdated = major < 26 ? ['undici5', 'undici6'] : [];
  for (const name of ['msw', 'nock', ...outdated, 'undici7', 'undici8']) {
    for (const moment of ['before', 'after']) {
      const node = name === 'undici8' ? newer : [process.execPath];
      const output = await outputOf(folder, [...node, 'ask.mjs', name, moment, baseURL]);
      // Node 26 and msw print a warning after it.
      if (!output.startsWith('mocked') || requests > 0) {
        problems.push(`${name}, put in place ${moment} the import: ${requests} requests reached the server; ${output}`);
        requests = 0;
      }
    }
  }
  server.close();

  const older = await run(process.execPath, 'refuse.mjs', 'undici5', 'undici6', 'undici7');
  const versions = `${older}${await run(...newer, 'refuse.mjs', 'undici8')}`;
  for (const line of versions.trim().split('\n')) {
    if (!/^undici(?:[56] TypeError|[78] taken)$/u.test(line)) {
      problems.push(`undiciTransport: ${line}`);
    }
  }
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
}

function outputOf(cwd, [program, ...parameters]) {
  const child = spawn(program, parameters, { cwd, timeout: 60_000 });
  let output = '';
  child.stdout.on('data', (piece) => (output += piece));
  child.stderr.on('data', (piece) => (output += piece));
  return new Promise((resolve) => child.on('close', () => resolve(output)));
}
