/* Uses the tools of servers made with each generation of the SDK of the Model Context Protocol. */
import assert from 'node:assert/strict';

export default async function check({ run }) {
  await run('npx', 'tsc', '-p', 'tsconfig.json');
  const reported = await run(process.execPath, '--test', '--test-reporter=tap', 'mcp.test.mjs');
  assert.match(reported, /^# pass 51$/mu);
  process.stdout.write('51 tests passed with three generations of the SDK, in process and over stdio\n');
}
