import { createClient, retryOnRateLimit, retryTransient } from '../../src/index.node.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf } from '../support/observe.js';
import { transports } from '../support/transports.js';

const suspended = 'Your account is suspended due to insufficient balance, please recharge it';

/** Errors of accounts without money, as servers send them: with a status, and inside a 200 stream. */
const errors: readonly (readonly [form: string, status: number, body: object])[] = [
  ['Moonshot', 429, { error: { message: suspended, type: 'exceeded_current_quota_error' } }],
  ['Moonshot, only in the type', 403, { error: { message: 'Check your plan', type: 'exceeded_current_quota_error' } }],
  ['Moonshot, with a numeric code', 429, { error: { code: 429, type: 'exceeded_current_quota_error' } }],
  ['Z.ai', 429, { error: { code: '1113', message: 'Please recharge.' } }],
  ['Z.ai, as a number', 429, { error: { code: 1113, message: 'Please recharge.' } }],
  ['Z.ai, as the type', 429, { type: 'error', error: { type: '1113', message: 'Please recharge.' } }],
  [
    'Z.ai, beside rate_limit_error',
    429,
    { type: 'error', error: { type: 'rate_limit_error', code: '1113', message: 'Please recharge.' } },
  ],
  [
    'a gateway that names a rate limit first',
    429,
    { error: { code: 'rate_limit_error', type: 'exceeded_current_quota_error', message: 'No' } },
  ],
  ['OpenAI', 429, { error: { code: 'credit_balance_exhausted', type: 'insufficient_quota', message: 'No' } }],
  ['MiniMax', 500, { type: 'error', error: { type: 'api_error', message: 'insufficient balance (1008)' } }],
  [
    'MiniMax, beside null choices',
    500,
    { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
  ],
  [
    'MiniMax behind ModelScope',
    429,
    { error: { http_code: '429', message: 'No', type: 'insufficient_balance_error' } },
  ],
  ['Anthropic', 400, { error: { type: 'invalid_request_error', message: 'Your credit balance is too low' } }],
  ['Vercel', 429, { error: { type: 'AI_APICallError', message: 'Insufficient balance or no resource package.' } }],
  ['a gateway that names the account', 403, { error: { message: 'Insufficient account balance' } }],
  ['Alibaba', 400, { error: { code: 'Arrearage', message: 'Access denied' } }],
  ['Volcengine', 403, { error: { code: 'AccountOverdueError', message: 'No' } }],
  ['new-api', 403, { error: { code: 'insufficient_user_quota', type: 'new_api_error', message: 'No' } }],
  ['Codex', 429, { error: { type: 'usage_limit_reached', message: 'No', resets_in_seconds: 9568 } }],
  ['Codex, flat', 429, { type: 'usage_limit_reached', message: 'No' }],
  [
    'Codex, with the status beside the error',
    429,
    { type: 'error', status_code: 429, error: { type: 'usage_limit_reached', message: 'No', resets_in_seconds: 1 } },
  ],
  [
    "OpenRouter, with its provider's reason",
    429,
    {
      error: {
        code: 429,
        message: 'Provider returned error',
        metadata: { raw: JSON.stringify({ message: suspended }) },
      },
    },
  ],
];

afterAll(closeServers);

describe.each(Object.entries(transports))('an account without money through %s', (_name, createTransport) => {
  const retries = [retryTransient, retryOnRateLimit];

  /** The error and the number of requests of a client that retries. */
  async function ask(status: number, headers: Record<string, string>, body: string): Promise<unknown> {
    const server = await startServer({
      answer: (served) => {
        served.head(status, headers);
        served.end(body);
      },
    });
    const client = createClient({ baseURL: server.url, transport: createTransport() });
    const failures = retries.map((retry) => failureOf(client.chat(chatRequest).pipe(retry({ initialDelay: 0 }))));
    return { failures: await Promise.all(failures), requests: server.requests };
  }

  function refusedOnce(name: string, fields: object = {}): object {
    const failure = expect.objectContaining({ name, kind: 'quota', retryable: false, ...fields }) as object;
    return { failures: retries.map(() => failure), requests: retries.length };
  }

  it.each(errors)('is a quota and causes one request: %s', async (_form, status, body) => {
    const json = { 'content-type': 'application/json' };

    expect(await ask(status, json, JSON.stringify(body))).toEqual(refusedOnce('ApiError', { status }));
  });

  it.each(errors)('is a quota inside a 200 stream and causes one request: %s', async (_form, _status, body) => {
    const stream = { 'content-type': 'text/event-stream' };

    expect(await ask(200, stream, eventStream(body))).toEqual(refusedOnce('StreamError'));
    expect(await ask(200, stream, eventStream(textChunk(''), body, '[DONE]'))).toEqual(refusedOnce('StreamError'));
  });

  it.each(errors)(
    'is a quota as a 200 answer that is no stream, and causes one request: %s',
    async (_form, _status, body) => {
      expect(await ask(200, { 'content-type': 'application/json' }, JSON.stringify(body))).toEqual(
        refusedOnce('StreamError'),
      );
    },
  );
});
