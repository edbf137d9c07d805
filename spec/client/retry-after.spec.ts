import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { createClient, retryTransient } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { chatRequest, hello } from '../support/answers.js';

interface Outcome {
  /** When each request was sent. */
  readonly sent: readonly number[];
  readonly error: unknown;
}

/** Sends a request to a server that is busy once and then answers. */
function ask(headers: Readonly<Record<string, string>>, body = '', random = 0.5): Outcome {
  const scheduler = new VirtualTimeScheduler();
  const transport = fakeTransport([{ status: 429, headers, body }, { body: hello }], { scheduler });
  const client = createClient({ baseURL: 'http://server.test/v1', transport, scheduler });
  let error: unknown;
  client
    .chat(chatRequest)
    .pipe(retryTransient({ scheduler, random: () => random }))
    .subscribe({ error: (reason: unknown) => (error = reason) });
  scheduler.flush();
  return { sent: transport.requests.map(({ sentAt }) => sentAt), error };
}

const bodyDelay = JSON.stringify({ error: { details: [{ retryDelay: '34.4s' }] } });

describe('retry-after', () => {
  it.each<[string, Readonly<Record<string, string>>, string, number]>([
    ['retry-after-ms', { 'retry-after-ms': '1500' }, '', 1500],
    ['retry-after-ms, not rounded down', { 'retry-after-ms': '1500.2' }, '', 1501],
    ['retry-after in seconds', { 'retry-after': '2.5' }, '', 2500],
    ['retry-after as a date', { 'retry-after': 'Thu, 01 Jan 1970 00:00:30 GMT' }, '', 30_000],
    ['a body', {}, bodyDelay, 34_400],
    ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '2' }, bodyDelay, 1500],
    ['seconds before a body', { 'retry-after': '2' }, bodyDelay, 2000],
    ['the maximum pause', { 'retry-after': '60' }, '', 60_000],
  ])('delays the retry by the pause in %s', (_form, headers, body, expected) => {
    expect(ask(headers, body)).toEqual({ sent: [0, expected], error: undefined });
  });

  it.each<[Readonly<Record<string, string>>, number]>([
    [{ 'retry-after': '61' }, 61_000],
    [{ 'retry-after-ms': '60000.5' }, 60_000.5],
    [{ 'retry-after': '9007199254740993' }, 9_007_199_254_740_992_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 01:00:00 GMT' }, 3_600_000],
  ])('prevents the retry if the pause is too long: %j', (headers, retryAfter) => {
    const { sent, error } = ask(headers);

    expect(sent).toEqual([0]);
    expect(error).toMatchObject({ name: 'RateLimitError', retryAfter });
  });

  it.each(['-1', 'soon', '', 'NaN', 'Infinity', '1e999', '0'])(
    'is replaced by a random pause if it is "%s"',
    (value) => {
      expect(ask({ 'retry-after': value })).toEqual({ sent: [0, 250], error: undefined });
    },
  );

  it('is never undercut; without it the pause is at most half a second', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (seconds, random) => {
          const [first, second = Infinity] = ask({ 'retry-after': String(seconds) }, '', random).sent;
          const [, unhinted] = ask({}, '', random).sent;

          expect(first).toBe(0);
          expect(second).toBeGreaterThanOrEqual(seconds * 1000);
          expect(unhinted).toBe(Math.round(random * 500));
        },
      ),
    );
  });
});
