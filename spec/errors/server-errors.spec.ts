import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Observable, VirtualTimeScheduler } from 'rxjs';
import {
  type ApiError,
  createClient,
  isLlmError,
  RateLimitError,
  retryTransient,
  type TransportEvent,
} from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { failureOf, observe } from '../support/observe.js';

const now = Date.parse('2026-11-20T12:00:00Z');

async function failureWith(exchange: Observable<TransportEvent>): Promise<ApiError> {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = now;
  const { transport } = fakeTransport(exchange);
  const client = createClient({ baseURL: 'http://server.test/v1', apiKey: 'sk-secret', transport, scheduler });
  return (await failureOf(client.chat(chatRequest))) as ApiError;
}

/** OpenRouter's error of a rate limit, with the time of its reset. */
function resetIn(reset: unknown): object {
  const metadata = { headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset } };
  return { error: { message: 'Rate limit exceeded: free-models-per-min', code: 429, metadata } };
}

function errorOf(status: number, body: unknown = '', headers: Record<string, string> = {}): Promise<ApiError> {
  return failureWith(answer(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));
}

describe('the error of a non-2xx response', () => {
  it.each<[number, string, boolean]>([
    [400, 'invalid_request', false],
    [401, 'authentication', false],
    [402, 'quota', false],
    [403, 'permission', false],
    [404, 'not_found', false],
    [408, 'timeout', true],
    [409, 'conflict', true],
    [413, 'invalid_request', false],
    [418, 'invalid_request', false],
    [422, 'invalid_request', false],
    [424, 'invalid_request', false],
    [429, 'rate_limit', true],
    [500, 'server', true],
    [502, 'server', true],
    [503, 'server', true],
    [504, 'server', true],
    [499, 'invalid_request', false],
    [520, 'server', true],
    [521, 'server', true],
    [522, 'server', true],
    [523, 'server', true],
    [524, 'server', true],
    [529, 'overloaded', true],
  ])('status %i alone is %s, retryable %s', async (status, kind, retryable) => {
    expect(await errorOf(status)).toMatchObject({ status, kind, retryable });
  });

  it.each<[string, number, object, string, boolean]>([
    ['insufficient_quota', 429, { code: 'insufficient_quota' }, 'quota', false],
    ['credit_balance_exhausted', 429, { code: 'credit_balance_exhausted', type: 'insufficient_quota' }, 'quota', false],
    ['organization_spend_limit_exceeded', 429, { code: 'organization_spend_limit_exceeded' }, 'quota', false],
    ['project_spend_limit_exceeded', 429, { code: 'project_spend_limit_exceeded' }, 'quota', false],
    ['organization_usage_limit_exceeded', 429, { code: 'organization_usage_limit_exceeded' }, 'quota', false],
    ['billing_hard_limit_reached', 429, { code: 'billing_hard_limit_reached' }, 'quota', false],
    ['a quota named by the type', 429, { type: 'insufficient_quota', code: null }, 'quota', false],
    ['a quota at another status', 403, { code: 'insufficient_quota' }, 'quota', false],
    ['rate_limit_exceeded', 429, { code: 'rate_limit_exceeded', type: 'tokens' }, 'rate_limit', true],
    ['slow_down', 429, { code: 'slow_down', type: 'rate_limit_error' }, 'rate_limit', true],
    ['slow_down of an older server', 503, { code: 'slow_down' }, 'overloaded', true],
    [
      'server_is_overloaded',
      503,
      { code: 'server_is_overloaded', type: 'service_unavailable_error' },
      'overloaded',
      true,
    ],
    ['overloaded_error', 529, { type: 'overloaded_error' }, 'overloaded', true],
    ['an overloaded engine', 429, { type: 'engine_overloaded_error' }, 'overloaded', true],
    ["Google's rate limit", 429, { code: 429, status: 'RESOURCE_EXHAUSTED' }, 'rate_limit', true],
    [
      "Google's daily quota",
      429,
      { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ violations: [{ quotaId: 'GenerateRequestsPerDay' }] }] },
      'quota',
      false,
    ],
  ])('tells a dead account from a busy server: %s', async (_title, status, error, kind, retryable) => {
    expect(await errorOf(status, { error })).toMatchObject({ kind, retryable });
  });

  it.each<[number, string, string, boolean]>([
    [400, 'invalid_request_error', 'invalid_request', false],
    [400, 'context_length_exceeded', 'invalid_request', false],
    [500, 'exceed_context_size_error', 'invalid_request', false],
    [400, 'unsupported_parameter', 'invalid_request', false],
    [401, 'invalid_api_key', 'authentication', false],
    [404, 'model_not_found', 'not_found', false],
    [429, 'rate_limit_exceeded', 'rate_limit', true],
    [429, 'slow_down', 'rate_limit', true],
    [429, 'insufficient_quota', 'quota', false],
    [429, 'credit_balance_exhausted', 'quota', false],
    [429, 'organization_spend_limit_exceeded', 'quota', false],
    [429, 'project_spend_limit_exceeded', 'quota', false],
    [429, 'organization_usage_limit_exceeded', 'quota', false],
    [429, 'billing_hard_limit_reached', 'quota', false],
    [429, 'enforced_spend_limit_reached', 'quota', false],
    [500, 'server_error', 'server', true],
    [503, 'server_is_overloaded', 'overloaded', true],
    [503, 'slow_down', 'overloaded', true],
    [529, 'overloaded_error', 'overloaded', true],
  ])('status %i with %s is %s, retryable %s, and the same inside a stream', async (status, code, kind, retryable) => {
    const frame = { error: { message: 'no', code, status_code: status } };

    expect(await errorOf(status, { error: { message: 'no', code } })).toMatchObject({ kind, retryable });
    expect(await failureWith(answer(eventStream(frame)))).toMatchObject({ name: 'StreamError', kind, retryable });
  });

  it('believes x-should-retry over everything', async () => {
    expect((await errorOf(400, '', { 'x-should-retry': 'true' })).retryable).toBe(true);
    expect((await errorOf(500, '', { 'x-should-retry': 'false' })).retryable).toBe(false);
    expect(
      (await errorOf(429, { error: { code: 'insufficient_quota' } }, { 'x-should-retry': 'true' })).retryable,
    ).toBe(true);
  });

  it('is a RateLimitError only where waiting heals', async () => {
    expect(await errorOf(429)).toBeInstanceOf(RateLimitError);
    expect((await errorOf(429)).name).toBe('RateLimitError');
    expect(await errorOf(429, { error: { code: 'insufficient_quota' } })).not.toBeInstanceOf(RateLimitError);
    expect((await errorOf(503)).name).toBe('ApiError');
  });

  it.each<[string, Record<string, string>, unknown, number | undefined]>([
    ['milliseconds first', { 'retry-after-ms': '1500.5', 'retry-after': '9' }, '', 1500.5],
    ['zero milliseconds, which count only alone', { 'retry-after-ms': '0' }, '', 0],
    ['seconds beside zero milliseconds', { 'retry-after-ms': '0', 'retry-after': '1' }, '', 1000],
    ['seconds', { 'retry-after': '2.5' }, '', 2500],
    ['seconds where the milliseconds are unreadable', { 'retry-after-ms': 'soon', 'retry-after': '2' }, '', 2000],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, '', 30_000],
    ['a date in the past', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, '', 0],
    ['the longest of two', { 'retry-after': '3, 5' }, '', 5000],
    ['a date in the oldest form, which is in GMT', { 'retry-after': 'Fri Nov 20 12:00:30 2026' }, '', 30_000],
    ['a negative number as none', { 'retry-after': '-5' }, '', undefined],
    ['words as none', { 'retry-after': 'soon' }, '', undefined],
    ['infinity as none', { 'retry-after': 'Infinity' }, '', undefined],
    ['the body', {}, { error: { details: [{ '@type': 'RetryInfo', retryDelay: '34.4s' }] } }, 34_400],
    ['a header before the body', { 'retry-after': '1' }, { error: { details: [{ retryDelay: '34.4s' }] } }, 1000],
    ['a header before headers in the body', { 'retry-after': '1' }, resetIn(now + 42_000), 1000],
    ['no hint', {}, '', undefined],
  ])('reads the pause from %s', async (_title, headers, body, expected) => {
    expect((await errorOf(429, body, headers)).retryAfter).toBe(expected);
  });

  it.each<[string, unknown, number | undefined]>([
    ['as text', String(now + 42_000), 42_000],
    ['as a number', now + 42_000, 42_000],
    ['tomorrow', now + 54_000_000, 54_000_000],
    ['in the past', now - 1000, 0],
    ['in seconds since 1970', now / 1000 + 42, 42_000],
    ['unreadable', 'soon', undefined],
    ['null', null, undefined],
  ])(
    'reads the pause from the reset in the headers of the body, %s, and inside a stream',
    async (_form, at, expected) => {
      const stream = answer(eventStream(textChunk('Hel'), resetIn(at)));

      expect(await errorOf(429, resetIn(at))).toMatchObject({ kind: 'rate_limit', retryAfter: expected });
      expect(await failureWith(stream)).toMatchObject({ kind: 'rate_limit', retryAfter: expected });
    },
  );

  it.each<[string, unknown]>([
    ['in lower case', { metadata: { headers: { 'x-ratelimit-reset': String(now + 5000) } } }],
    [
      'next to other headers',
      { metadata: { headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Reset': now + 5000 } } },
    ],
  ])('finds the reset %s', async (_form, error) => {
    expect((await errorOf(429, { error })).retryAfter).toBe(5000);
  });

  it.each<[string, unknown]>([
    ['no headers', { metadata: { raw: 'busy' } }],
    ['a list of headers', { metadata: { headers: ['X-RateLimit-Reset'] } }],
    ['headers as text', { metadata: { headers: 'X-RateLimit-Reset: 5' } }],
    ['null', { metadata: null }],
  ])('has no pause where the body has %s', async (_form, error) => {
    expect(await errorOf(429, { error })).toMatchObject({ kind: 'rate_limit', retryAfter: undefined });
  });

  it.each<[string, number | undefined]>([
    ['Limit 30000, Used 29000. Please try again in 1.898s. Visit the console', 1898],
    ['Please try again in 94ms.', 94],
    ['Please try again in 7m12.5s.', 432_500],
    ['Try again in 1h2m3s', 3_723_000],
    ['Please retry in 34.5s.', 34_500],
    ['Please retry after 3 seconds. Please go here', 3000],
    ['Please try again after 1 minute', 60_000],
    ['try again in 24 hours', 86_400_000],
    ['Please try again in a few seconds', undefined],
    ['Please try again in 3', undefined],
    ['Please try again in 3 shakes', undefined],
    ['I will retry in 1.2.3s', undefined],
  ])('reads the pause from a message: %s', async (message, expected) => {
    const error = { message, type: 'tokens', code: 'rate_limit_exceeded' };

    expect((await errorOf(429, { error })).retryAfter).toBe(expected);
    expect((await errorOf(429, message)).retryAfter).toBe(expected);
    expect((await failureWith(answer(eventStream({ error })))).retryAfter).toBe(expected);
    expect((await errorOf(429, { error }, { 'retry-after': '2' })).retryAfter).toBe(2000);
    expect((await errorOf(429, { error: { ...error, details: [{ retryDelay: '4s' }] } })).retryAfter).toBe(4000);
  });

  it.each<[string, object, number | undefined]>([
    ['in seconds', { resets_in_seconds: 9568 }, 9_568_000],
    ['as text', { resets_in_seconds: '9568' }, 9_568_000],
    ['in seconds since 1970', { resets_at: now / 1000 + 42 }, 42_000],
    ['in both forms', { resets_at: now / 1000 + 43, resets_in_seconds: 42 }, 42_000],
    ['unreadable', { resets_at: null, resets_in_seconds: 'soon' }, undefined],
  ])('tells when a used-up plan is renewed, %s, and inside a stream', async (_form, reset, expected) => {
    const error = { type: 'usage_limit_reached', message: 'no', ...reset };
    const frame = { type: 'error', status_code: 429, error };

    expect(await errorOf(429, { error })).toMatchObject({ kind: 'quota', retryAfter: expected });
    expect(await failureWith(answer(eventStream(frame)))).toMatchObject({ kind: 'quota', retryAfter: expected });
  });

  it('takes the status of an error in a stream from the field beside it', async () => {
    const failure = (status: unknown): Promise<ApiError> =>
      failureWith(answer(eventStream({ type: 'error', status_code: status, error: { type: 'odd', message: 'no' } })));

    expect(await failure(503)).toMatchObject({ name: 'StreamError', kind: 'server', retryable: true });
    expect(await failure('400')).toMatchObject({ kind: 'invalid_request', retryable: false });
    expect(await failure(200)).toMatchObject({ kind: 'provider' });
  });

  it('delays a retry until the reset in the headers of the body, and prevents one if that is too far away', () => {
    const sentAt = (reset: number): readonly number[] => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = now;
      const sent: number[] = [];
      const { transport } = fakeTransport(answer(JSON.stringify(resetIn(reset)), { status: 429 }), answer(hello));
      const client = createClient({
        baseURL: 'http://server.test/v1',
        scheduler,
        transport: (request) => {
          sent.push(scheduler.now() - now);
          return transport(request);
        },
      });
      observe(client.chat(chatRequest).pipe(retryTransient({ scheduler })));
      scheduler.flush();
      return sent;
    };

    expect(sentAt(now + 42_000)).toEqual([0, 42_000]);
    expect(sentAt(now + 54_000_000)).toEqual([0]);
  });

  it.each<[string, unknown, string]>([
    ['OpenAI', { error: { message: 'Incorrect API key', type: 'invalid_request_error' } }, 'Incorrect API key'],
    ['xAI', { code: 'invalid-argument', error: 'No such model' }, 'No such model'],
    [
      'OpenRouter, with what its provider said',
      { error: { message: 'Provider returned error', metadata: { raw: 'too long' } } },
      'Provider returned error: too long',
    ],
    ['Mistral', { detail: 'Invalid API Key' }, 'Invalid API Key'],
    [
      'FastAPI',
      JSON.parse('{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too short"}]}'),
      'field required; too short',
    ],
    ['a flat error', { object: 'error', message: 'flat' }, 'flat'],
    ['a list of errors', { errors: [{ title: 'x', detail: 'listed' }] }, 'listed'],
    ['MiniMax', { base_resp: { status_code: 1004, status_msg: 'login fail' } }, 'login fail'],
    ['an array of one', [{ error: { message: 'wrapped' } }], 'wrapped'],
    ['plain text', 'upstream connect error', 'upstream connect error'],
    [
      'a page, which is not repeated',
      '<html>secret</html>',
      'The server answered with a web page; check that baseURL is the address of an API',
    ],
    ['nothing', '', 'The server gave no reason'],
  ])('takes its message from %s', async (_title, body, message) => {
    expect((await errorOf(400, body)).message).toBe(`400 ${message}`);
  });

  it('cuts a long message', async () => {
    expect((await errorOf(500, 'x'.repeat(10_000))).message.length).toBeLessThan(600);
  });

  it('keeps code, type, param, request id and rate limits', async () => {
    const error = await errorOf(
      429,
      { error: { message: 'm', code: 'rate_limit_exceeded', type: 'tokens', param: 'model' } },
      {
        'x-request-id': 'req_1',
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m13.5s',
        'set-cookie': 'session=1',
        'openai-organization': 'org',
      },
    );

    expect(error).toMatchObject({
      code: 'rate_limit_exceeded',
      type: 'tokens',
      param: 'model',
      requestId: 'req_1',
      rateLimits: { requests: { limit: 60, remaining: 0, reset: 73_500 } },
    });
    expect(Object.keys(error.headers).sort()).toEqual([
      'x-ratelimit-limit-requests',
      'x-ratelimit-remaining-requests',
      'x-ratelimit-reset-requests',
      'x-request-id',
    ]);
  });

  it('keeps a key that the server repeats out of everything it holds', async () => {
    const error = await errorOf(
      401,
      { error: { message: 'wrong key sk-secret', code: 'sk-secret', type: 'sk-secret', param: 'sk-secret' } },
      { 'x-request-id': 'sk-secret', server: 'sk-secret' },
    );

    expect(JSON.stringify([error, error.message, error.stack])).not.toContain('sk-secret');
  });

  it('finds a key however JSON spells it, and before a long message is cut', async () => {
    expect((await errorOf(500, '{"error":{"message":"bad \\u0073k-\\u0073ecret"}}')).message).toBe(
      '500 bad [redacted]',
    );
    expect((await errorOf(500, { error: { message: `${'x'.repeat(495)}sk-secret` } })).message).not.toContain('sk-s');
  });

  const recorded = resolve(process.cwd(), '../shared/recordings/http-error-bodies.jsonl');
  it('finds a message in every recorded error body, where the recordings are at hand', async () => {
    const lines = existsSync(recorded) ? readFileSync(recorded, 'utf8').trim().split('\n') : [];
    for (const line of lines) {
      const { status, headers, body } = JSON.parse(line) as {
        status: number;
        headers: Record<string, string>;
        body: unknown;
      };
      const error = await errorOf(status, body, headers);

      expect(isLlmError(error)).toBe(true);
      expect(error.retryable).toBe(error.kind === 'rate_limit');
      expect({ body, message: error.message }).not.toEqual({ body, message: `${status} The server gave no reason` });
    }
  });
});
