import { nearMiss } from '../../src/cli/near-miss.js';

const names = ['model', 'models', 'key', 'max-tokens', 'no-stream', 'delay'];

it.each([
  ['modell', 'model'],
  ['modles', 'models'],
  ['mode', 'model'],
  ['kez', 'key'],
  ['maxtokens', 'max-tokens'],
  ['stream', 'no-stream'],
  ['delya', 'delay'],
  ['frobnicate', undefined],
  ['say', undefined],
  ['k', undefined],
  ['', undefined],
])('takes %j for %j', (word, name) => {
  expect(nearMiss(word, names)).toBe(name);
});
