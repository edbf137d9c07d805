import { numberTwins } from '../../src/cli/number-twins.js';

it.each([
  [[], []],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'b', 'a', 'a'],
    ['a 1', 'b', 'a 2', 'a 3'],
  ],
])('makes of %j %j', (names, numbered) => {
  expect(numberTwins(names)).toEqual(numbered);
});
