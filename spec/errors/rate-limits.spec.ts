import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { createClient, type RateLimits } from '../../src/index.js';
import { answer, chatRequest, fakeTransport } from '../support/answers.js';
import { observe } from '../support/observe.js';

const now = Date.parse('2026-11-20T12:00:00Z');

/** The rate limits that a client reads from the headers of an answer. */
function limitsIn(headers: Readonly<Record<string, string>>): RateLimits | undefined {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = now;
  const { transport } = fakeTransport(answer('', { headers }));
  let limits: RateLimits | undefined;
  const client = createClient({ baseURL: 'http://server.test/v1', transport, scheduler });
  observe(client.chat(chatRequest, { onResponse: ({ rateLimits }) => (limits = rateLimits) }));
  return limits;
}

describe('rate limits in the headers of an answer', () => {
  it('are read in the form of OpenAI', () => {
    const headers = {
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '29999',
      'x-ratelimit-reset-tokens': '6m0s',
    };

    expect(limitsIn(headers)).toEqual({
      requests: { limit: 500, remaining: 499, reset: 120 },
      tokens: { limit: 30_000, remaining: 29_999, reset: 360_000 },
    });
  });

  it('are read in the form of Anthropic', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:05Z',
      'anthropic-ratelimit-input-tokens-remaining': '7',
    };

    expect(limitsIn(headers)).toEqual({
      requests: { limit: 50, reset: 5000 },
      inputTokens: { remaining: 7 },
    });
  });

  it('are of requests where no budget is named', () => {
    const headers = { 'x-ratelimit-limit': '20', 'x-ratelimit-reset': String(now + 1500) };

    expect(limitsIn(headers)).toEqual({ requests: { limit: 20, reset: 1500 } });
  });

  it('are left out where they are -1, which Azure sends where no limit applies', () => {
    const headers = { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-1' };

    expect(limitsIn({ ...headers, 'x-ratelimit-reset-tokens': '0' })).toEqual({ tokens: { reset: 0 } });
    expect(limitsIn(headers)).toEqual({});
  });

  it('are left out where they cannot be read', () => {
    const headers = { 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-reset-requests': 'soon' };

    expect(limitsIn(headers)).toEqual({});
    expect(limitsIn({})).toEqual({});
  });
});

describe('the reset of a rate limit', () => {
  function resetIn(value: string): number | undefined {
    return limitsIn({ 'x-ratelimit-reset-requests': value })?.requests?.reset;
  }

  it.each<[string, number | undefined]>([
    ['6ms', 6],
    ['0s', 0],
    ['8.64s', 8640],
    ['1m13.588s', 73_588],
    ['20m52.666s', 1_252_666],
    ['1h2m3s', 3_723_000],
    ['1d', 86_400_000],
    ['500us', 0.5],
    ['7', 7000],
    ['0', 0],
    [String(now / 1000 + 30), 30_000],
    [String(now + 250), 250],
    ['2026-11-20T11:00:00Z', 0],
    ['', undefined],
    ['soon', undefined],
    ['12 parsecs', undefined],
    ['1'.repeat(100), undefined],
  ])('is read from %s', (text, expected) => {
    expect(resetIn(text)).toBe(expected);
  });

  it('is a finite number of 0 or more, or none, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reset = resetIn(text);

        expect(reset === undefined || (Number.isFinite(reset) && reset >= 0)).toBe(true);
      }),
    );
  });
});
