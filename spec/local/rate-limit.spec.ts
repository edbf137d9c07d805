import { lastValueFrom, VirtualTimeScheduler } from 'rxjs';
import { createClient, RateLimitError, retryOnRateLimit, textDeltas, toText } from '../../src/index.js';
import { startLocalServer, type LocalServer } from '../../src/local/index.js';
import { chatBody, post } from './local-server.js';

const limits = (response: Response): (string | null)[] =>
  ['limit', 'remaining', 'reset'].map((what) => response.headers.get(`x-ratelimit-${what}-requests`));

describe('a limit of two requests in ten seconds', () => {
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

  it('tells every caller what is left', async () => {
    expect(limits(await ask())).toEqual(['2', '1', '10s']);
    advance(1500);
    expect(limits(await ask())).toEqual(['2', '0', '10s']);
    advance(1500);
    expect(limits(await ask())).toEqual(['2', '0', '8.5s']);
  });

  it('refuses the third, and says when to come again', async () => {
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

  it('slides: each request counts until its window has passed, and refused ones never', async () => {
    const statuses: number[] = [];
    for (const pause of [0, 6000, 3999, 1, 0, 5999, 1, 0]) {
      advance(pause);
      statuses.push((await ask()).status);
    }

    expect(statuses).toEqual([200, 200, 429, 200, 429, 429, 200, 429]);
  });

  it('counts both endpoints together, and what does not fit as well', async () => {
    expect((await post(`${server.url}/completions`, { model: 'echo', prompt: 'Hello' })).status).toBe(200);
    expect(limits(await post(`${server.url}/completions`, '{'))).toEqual(['2', '0', '10s']);
    expect((await ask()).status).toBe(429);
  });

  it('does not count what asks for no answer', async () => {
    const response = await fetch(`${server.url}/models`);

    expect(response.status).toBe(200);
    expect(limits(response)).toEqual([null, null, null]);
    expect(limits(await ask())).toEqual(['2', '1', '10s']);
  });
});

it('says nothing without a limit', async () => {
  const server = await startLocalServer();

  expect(limits(await post(`${server.url}/chat/completions`, chatBody('Hello')))).toEqual([null, null, null]);
  await server.close();
});

describe('our client', () => {
  const request = { model: 'echo', messages: [{ role: 'user' as const, content: 'Hello' }] };
  let server: LocalServer;
  beforeEach(async () => {
    server = await startLocalServer({ tokensPerSecond: 0, rateLimit: { requests: 1, window: 1500 } });
  });
  afterEach(() => server.close());

  it('gets the error with the pause and the limits', async () => {
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

  it('waits as long as it is told with retryOnRateLimit, and is then let in', async () => {
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
