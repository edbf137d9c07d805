import { repeatedRepetitions } from './check-expressions.js';
import { readSourceFiles } from './source-files.js';

it('no expression repeats a repetition, but for those that were looked at', () => {
  expect(readSourceFiles().flatMap(repeatedRepetitions)).toEqual([
    // Unambiguous, each number ends in a unit, and for texts of 64 characters at most.
    'errors/rate-limits.ts: /^(?:\\d+(?:\\.\\d+)?(?:ms|us|µs|ns|d|h|m|s))+$/u',
    // Reads what is recorded by a test; its shapes follow each other in no repetition.
    expect.stringMatching(/^testing\/cassettes\/cassette-secrets\.ts: new RegExp/u) as string,
  ]);
});

it.each([
  ['/(a+)+/u', 1],
  ['/(?:a*b)*$/u', 1],
  ['/((a{2,})b){3,}/u', 1],
  ['/(?:x(?:a+)?y)+/u', 1],
  ['new RegExp(text)', 1],
  ['/(a)+b*/u', 0],
  ['/[(a+)]+/u', 0],
  ['/\\(a+\\)+/u', 0],
  ['/(?:a{1,3}){0,5}/u', 0],
])('finds in %s what it must', (text, count) => {
  expect(repeatedRepetitions({ path: 'a.ts', text })).toHaveLength(count);
});
