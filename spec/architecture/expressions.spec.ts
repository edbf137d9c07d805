import { nestedRepetitions } from './check-expressions.js';
import { readSourceFiles } from './source-files.js';

describe('regular expressions', () => {
  it('do not nest unbounded repetitions, except for reviewed ones', () => {
    expect(readSourceFiles().flatMap(nestedRepetitions)).toEqual([
      // Unambiguous, because each number ends in a unit, and used on at most 64 characters.
      'errors/rate-limits.ts: /^(?:\\d+(?:\\.\\d+)?(?:ms|us|µs|ns|d|h|m|s))+$/u',
      // Reads text that tests have recorded; the parts it is built from are not repeated.
      expect.stringMatching(/^testing\/cassettes\/(?:cassette-)?secrets\.ts: new RegExp/u) as string,
    ]);
  });

  it.each(['/(a+)+/u', '/(?:a*b)*$/u', '/((a{2,})b){3,}/u', '/(?:x(?:a+)?y)+/u', 'new RegExp(text)'])(
    'are reported: %s',
    (text) => {
      expect(nestedRepetitions({ path: 'a.ts', text })).toEqual([`a.ts: ${text}`]);
    },
  );

  it.each(['/(a)+b*/u', '/[(a+)]+/u', '/\\(a+\\)+/u', '/(?:a{1,3}){0,5}/u'])('are accepted: %s', (text) => {
    expect(nestedRepetitions({ path: 'a.ts', text })).toEqual([]);
  });
});
