import { describeFaults, type FaultOutcome } from '../support/fault-table.js';

const mebibyte = 1024 * 1024;

function exceeded(maximum: number): object {
  return { name: 'LimitError', kind: 'limit', limit: 'eventBytes', maximum, retryable: false };
}

/** Expects that the server sent little more than this before it was cut off: socket buffers hold the difference. */
function expectSentLessThan(bytes: number): (seen: FaultOutcome) => void {
  return ({ tally }) => {
    expect(tally.aborted).toBe(1);
    expect(tally.sent).toBeLessThan(bytes + 16 * mebibyte);
  };
}

describe('size limits', () => {
  describeFaults([
    {
      title: 'a line without end',
      scenario: '/endless-line',
      responses: {},
      options: { limits: { eventBytes: mebibyte } },
      error: exceeded(mebibyte),
      text: 'Größe: ',
      also: expectSentLessThan(mebibyte),
    },
    {
      title: 'a line without end under the default limit',
      scenario: '/endless-line/default',
      error: exceeded(16 * mebibyte),
      text: 'Größe: ',
      also: expectSentLessThan(16 * mebibyte),
    },
    {
      title: 'an event of data lines without end',
      scenario: '/endless-data-lines',
      responses: {},
      options: { limits: { eventBytes: mebibyte } },
      error: exceeded(mebibyte),
      text: 'Größe: ',
      also: expectSentLessThan(mebibyte),
    },
    {
      title: 'JSON without end',
      scenario: '/endless-json',
      responses: {},
      options: { limits: { eventBytes: mebibyte } },
      error: exceeded(mebibyte),
      also: expectSentLessThan(mebibyte),
    },
    {
      title: 'an event of 10 MB',
      scenario: '/large-event/10000000',
      text: 'a'.repeat(10_000_000),
    },
    {
      title: 'an event of 10 MB over a lower limit',
      scenario: '/large-event/10000001',
      options: { limits: { eventBytes: mebibyte } },
      error: exceeded(mebibyte),
    },
    {
      title: 'an error body of 64 MB',
      scenario: '/refuse-at-length/503/1024',
      error: { name: 'ApiError', kind: 'server', status: 503, retryable: true },
      also: expectSentLessThan(mebibyte),
    },
    {
      title: 'an error body without end',
      scenario: '/refuse-at-length/400',
      responses: {},
      error: { name: 'ApiError', kind: 'invalid_request', status: 400, retryable: false },
      also: expectSentLessThan(mebibyte),
    },
    {
      title: 'a compressed event that decodes without end',
      scenario: '/bomb',
      error: exceeded(16 * mebibyte),
      // On a busy machine a server sends faster than a transport decodes; undici holds up to this much, undecoded.
      also: expectSentLessThan(256 * mebibyte),
    },
  ]);
});
