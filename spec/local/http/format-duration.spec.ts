import { parseReset } from '../../../src/errors/rate-limits.js';
import { formatDuration } from '../../../src/local/http/format-duration.js';

it.each([
  [0, '0s'],
  [0.2, '1ms'],
  [20, '20ms'],
  [999.5, '1s'],
  [1500, '1.5s'],
  [59_999, '59.999s'],
  [60_000, '1m0s'],
  [73_588, '1m13.588s'],
  [3_600_000, '1h0m0s'],
  [90_061_001, '25h1m1.001s'],
])('writes %d ms as %s, which clients read', (duration, text) => {
  expect(formatDuration(duration)).toBe(text);
  expect(parseReset(text, 0)).toBeCloseTo(Math.ceil(duration), 3);
});
