/* Runs the same two files of tests in each runner: all must pass. */
import assert from 'node:assert/strict';

const tests = 9;

export default async function check({ run }) {
  const passedIn = async (...command) => JSON.parse(/^\{.*\}$/mu.exec(await run(...command))[0]).numPassedTests;

  assert.equal(await passedIn('npx', 'jest', '--json'), tests, 'jest in jsdom');
  assert.equal(await passedIn('npx', 'jest', '--json', '--env=node'), tests, 'jest in Node');
  assert.equal(await passedIn('npx', 'vitest', 'run', '--reporter=json'), tests, 'vitest');
  const files = ['first-hour.test.js', 'marbles.test.js'];
  const reported = await run(
    process.execPath,
    '--test',
    '--test-reporter=tap',
    '--import',
    './globals-of-node.mjs',
    ...files,
  );
  assert.match(reported, new RegExp(`^# pass ${tests}$`, 'mu'), 'node --test');
  process.stdout.write(`${tests} tests passed in jest (jsdom and Node), vitest and node --test\n`);
}
