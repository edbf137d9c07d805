import { lastValueFrom, VirtualTimeScheduler } from 'rxjs';
import { createClient, RateLimitError, retryOnRateLimit, textDeltas, toText } from '../../src/index.js';
import { startLocalServer, type LocalServer } from '../../src/local/index.js';
import { chatBody, post } from './local-server.js';

describe('the rate limit', () => {
  const limits = (response: Response): (string | null)[] =>
    ['limit', 'remaining', 'reset'].map((what) => response.headers.get(`x-ratelimit-${what}-requests`));

  describe('of two requests in ten seconds', () => {
    const scheduler = new VirtualTimeScheduler();
    const advance = (duration: number): void => {
      scheduler.schedule(() => undefined, duration);
      scheduler.flush();
    };
    let server: LocalServer;
    let ask: () => Promise<Response>;

    beforeEach(async () => {
      const rateLimit = { requests: 2, window: 10_000 };
      server = await startLocalServer({ tokensPerSecond: 0, rateLimit, scheduler });
      ask = () => post(`${server.url}/chat/completions`, chatBody('Hello'));
    });
    afterEach(() => server.close());

    it('is reported in the headers of every answer', async () => {
      expect(limits(await ask())).toEqual(['2', '1', '10s']);
      advance(1500);
      expect(limits(await ask())).toEqual(['2', '0', '10s']);
      advance(1500);
      expect(limits(await ask())).toEqual(['2', '0', '8.5s']);
    });

    it('refuses the third request, and says when to retry', async () => {
      await ask();
      advance(2500);
      await ask();
      advance(250);
      const response = await ask();

      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toBe('8');
      expect(response.headers.get('retry-after-ms')).toBe('7250');
      expect(await response.json()).toEqual({
        error: {
          message: 'Rate limit reached: 2 per 10s. Please try again in 7.25s.',
          type: 'requests',
          param: null,
          code: 'rate_limit_exceeded',
        },
      });
    });

    it('slides: each request counts until its window has passed, and refused ones never count', async () => {
      const statuses: number[] = [];
      for (const pause of [0, 6000, 3999, 1, 0, 5999, 1, 0]) {
        advance(pause);
        statuses.push((await ask()).status);
      }

      expect(statuses).toEqual([200, 200, 429, 200, 429, 429, 200, 429]);
    });

    it('counts requests to both endpoints together, including invalid ones', async () => {
      expect((await post(`${server.url}/completions`, { model: 'echo', prompt: 'Hello' })).status).toBe(200);
      expect(limits(await post(`${server.url}/completions`, '{'))).toEqual(['2', '0', '10s']);
      expect((await ask()).status).toBe(429);
    });

    it('does not count requests that generate nothing', async () => {
      const response = await fetch(`${server.url}/models`);

      expect(response.status).toBe(200);
      expect(limits(response)).toEqual([null, null, null]);
      expect(limits(await ask())).toEqual(['2', '1', '10s']);
    });
  });

  it.each([
    [0.2, '1ms'],
    [20, '20ms'],
    [999.5, '1s'],
    [1500, '1.5s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [73_588, '1m13.588s'],
    [3_600_000, '1h0m0s'],
    [90_061_001, '25h1m1.001s'],
  ])('reports a reset in %d ms as %s, which clients understand', async (window, text) => {
    const server = await startLocalServer({
      tokensPerSecond: 0,
      rateLimit: { requests: 1, window },
      scheduler: new VirtualTimeScheduler(),
    });
    const client = createClient({ baseURL: server.url });
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    const response = await post(`${server.url}/chat/completions`, chatBody('Hello'));
    const error: unknown = await lastValueFrom(client.chat({ model: 'echo', messages })).catch(
      (reason: unknown) => reason,
    );
    await server.close();

    expect(limits(response)).toEqual(['1', '0', text]);
    expect(error).toBeInstanceOf(RateLimitError);
    expect((error as RateLimitError).rateLimits.requests?.reset).toBeCloseTo(Math.ceil(window), 3);
  });

  it('has no headers if none is set', async () => {
    const server = await startLocalServer();

    expect(limits(await post(`${server.url}/chat/completions`, chatBody('Hello')))).toEqual([null, null, null]);
    await server.close();
  });

  describe('for the client of rxllm', () => {
    const request = { model: 'echo', messages: [{ role: 'user' as const, content: 'Hello' }] };
    let server: LocalServer;
    beforeEach(async () => {
      server = await startLocalServer({ tokensPerSecond: 0, rateLimit: { requests: 1, window: 1500 } });
    });
    afterEach(() => server.close());

    it('becomes an error with the pause and the limits', async () => {
      const client = createClient({ baseURL: server.url });
      const ask = (): Promise<string> => lastValueFrom(client.chat(request).pipe(textDeltas(), toText()));
      await ask();
      const error = await ask().catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({
        kind: 'rate_limit',
        status: 429,
        code: 'rate_limit_exceeded',
        type: 'requests',
        retryAfter: expect.any(Number) as number,
        rateLimits: { requests: { limit: 1, remaining: 0 } },
      });
      expect((error as RateLimitError).retryAfter).toBeLessThanOrEqual(1500);
    });

    it('is respected by retryOnRateLimit, which waits for the pause', async () => {
      const client = createClient({ baseURL: server.url });
      const waits: number[] = [];
      const ask = (): Promise<string> =>
        lastValueFrom(
          client
            .chat(request)
            .pipe(retryOnRateLimit({ notify: ({ delay }) => waits.push(delay) }), textDeltas(), toText()),
        );
      await ask();

      expect(await ask()).toBe('Hello');
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeGreaterThan(0);
      expect(waits[0]).toBeLessThanOrEqual(1600);
    });
  });
});
