import fc from 'fast-check';
import { parseRateLimits, parseReset } from '../../src/errors/rate-limits.js';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('parseRateLimits', () => {
  it('reads the form of OpenAI', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '29999',
      'x-ratelimit-reset-tokens': '6m0s',
    });

    expect(parseRateLimits(headers, now)).toEqual({
      requests: { limit: 500, remaining: 499, reset: 120 },
      tokens: { limit: 30_000, remaining: 29_999, reset: 360_000 },
    });
  });

  it('reads the form of Anthropic', () => {
    const headers = new Headers({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:05Z',
      'anthropic-ratelimit-input-tokens-remaining': '7',
    });

    expect(parseRateLimits(headers, now)).toEqual({
      requests: { limit: 50, reset: 5000 },
      inputTokens: { remaining: 7 },
    });
  });

  it('reads the plain form as one of requests', () => {
    const headers = new Headers({ 'x-ratelimit-limit': '20', 'x-ratelimit-reset': String(now + 1500) });

    expect(parseRateLimits(headers, now)).toEqual({ requests: { limit: 20, reset: 1500 } });
  });

  it('leaves out what it cannot read', () => {
    const headers = new Headers({ 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-reset-requests': 'soon' });

    expect(parseRateLimits(headers, now)).toEqual({});
    expect(parseRateLimits(new Headers(), now)).toEqual({});
  });
});

describe('parseReset', () => {
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
  ])('reads %s', (text, expected) => {
    expect(parseReset(text, now)).toBe(expected);
  });

  it('gives a finite, non-negative number or nothing, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reset = parseReset(text, now);

        expect(reset === undefined || (Number.isFinite(reset) && reset >= 0)).toBe(true);
      }),
    );
  });
});
