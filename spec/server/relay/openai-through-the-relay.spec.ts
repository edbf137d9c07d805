import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, {
  type APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { createClient, fetchTransport } from '../../../src/index.js';
import { relay, type RelayConfig, toNodeHandler } from '../../../src/server/index.js';
import { useLocalServer } from '../../local/local-server.js';
import { closeServers, startServer } from '../../support/loopback.js';
import { collectReported } from '../../support/reported.js';

collectReported();

const relays: Server[] = [];

afterEach(async () => {
  await Promise.all(
    relays.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
  await closeServers();
});

/** Starts a relay to a server, and returns a client of it that knows a user's token instead of a key. */
async function through(baseURL: string, config: Partial<RelayConfig> = {}): Promise<OpenAI> {
  const client = createClient({ baseURL, transport: fetchTransport() });
  const authorize = ({ headers }: Request): { user: string } | undefined =>
    headers.get('authorization') === 'Bearer token-of-anna' ? { user: 'anna' } : undefined;
  const handle = relay({ client, authorize, models: ['echo', 'missing'], ...config });
  const server = createServer(toNodeHandler(handle)).listen(0, '127.0.0.1');
  relays.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'token-of-anna', maxRetries: 0 });
}

async function errorOf(answer: Promise<unknown>): Promise<APIError> {
  return answer.then(
    () => {
      throw new Error('No error');
    },
    (error: unknown) => error as APIError,
  );
}

const messages = [{ role: 'user' as const, content: 'Hello, world' }];
const ask = (client: OpenAI, model = 'echo'): Promise<OpenAI.ChatCompletion> =>
  client.chat.completions.create({ model, messages });

describe('The openai package through a relay', () => {
  const url = useLocalServer();

  it('streams chat', async () => {
    const openai = await through(url());
    const asked = { model: 'echo', messages, stream: true, stream_options: { include_usage: true } } as const;
    const texts: string[] = [];
    let usage: unknown;
    for await (const chunk of await openai.chat.completions.create(asked)) {
      texts.push(chunk.choices[0]?.delta.content ?? '');
      usage = chunk.usage;
    }

    expect(texts.join('')).toBe('Hello, world');
    expect(usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 3 });
  });

  it('completes chat', async () => {
    const completion = await ask(await through(url()));

    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'echo',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello, world' }, finish_reason: 'stop' }],
      usage: { total_tokens: 6 },
    });
  });

  it('streams a response, and gets one whole', async () => {
    const openai = await through(url());
    const asked = { model: 'echo', input: 'Hello, world' };
    const types: string[] = [];
    for await (const event of await openai.responses.create({ ...asked, stream: true })) {
      types.push(event.type);
    }
    const response = await openai.responses.create(asked);

    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed']);
    expect([response.status, response.output_text]).toEqual(['completed', 'Hello, world']);
  });

  it('lists the models', async () => {
    const openai = await through(url());
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) {
      ids.push(id);
    }

    expect(ids).toEqual(['echo', 'missing']);
  });

  it('gets its own errors for what the relay refuses', async () => {
    const openai = await through(url());
    const { baseURL } = openai;
    const stranger = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
    const denied = await errorOf(ask(stranger));
    const unknown = await errorOf(ask(openai, 'other'));
    const reaching = await errorOf(
      openai.responses.create({ model: 'echo', input: 'Hi', previous_response_id: 'resp_0' }),
    );

    expect(denied).toBeInstanceOf(AuthenticationError);
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown).toMatchObject({ status: 404, code: 'model_not_found', param: 'model', type: 'not_found' });
    expect(reaching).toBeInstanceOf(BadRequestError);
    expect(reaching).toMatchObject({ status: 400, param: 'previous_response_id' });
  });

  it('gets the errors of the upstream by the table', async () => {
    let answered: readonly [number, Readonly<Record<string, string>>] = [500, {}];
    const upstream = await startServer({
      answer: (served) => {
        served.head(answered[0], { 'content-type': 'application/json', ...answered[1] });
        served.end('{"error":{"message":"Secret words","code":"some_code"}}');
      },
    });
    const openai = await through(upstream.url);
    const failure = async (status: number, headers: Readonly<Record<string, string>> = {}): Promise<APIError> => {
      answered = [status, headers];
      return errorOf(ask(openai));
    };
    const limited = await failure(429, { 'retry-after': '7', 'x-request-id': 'req_7' });
    const refused = await failure(400);
    const denied = await failure(401);
    const failed = await failure(503);

    expect(limited).toBeInstanceOf(RateLimitError);
    expect([limited.headers?.get('retry-after'), limited.requestID]).toEqual(['7', 'req_7']);
    expect(limited.message).not.toContain('Secret');
    expect(refused).toBeInstanceOf(BadRequestError);
    expect(refused).toMatchObject({ code: 'some_code', message: '400 Secret words' });
    expect(denied).toBeInstanceOf(InternalServerError);
    expect(denied).toMatchObject({ status: 502, code: 'upstream_unavailable' });
    expect(failed).toBeInstanceOf(InternalServerError);
    expect(failed).toMatchObject({ status: 503 });
  });

  it('leaves, and the upstream is cancelled', async () => {
    const upstream = await startServer();
    const openai = await through(upstream.url);
    const leaving = new AbortController();
    const answer = errorOf(openai.chat.completions.create({ model: 'echo', messages }, { signal: leaving.signal }));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    leaving.abort();

    expect(await served.over).toBe('cut');
    expect(await answer).toMatchObject({ name: 'Error', message: 'Request was aborted.' });
  });

  it('sends a body that is too large, and reads the refusal', async () => {
    const openai = await through(url(), { limits: { bodyBytes: 1000 } });
    const long = [{ role: 'user' as const, content: 'x'.repeat(3_000_000) }];
    const error = await errorOf(openai.chat.completions.create({ model: 'echo', messages: long }));

    expect(error).toMatchObject({ status: 413, code: 'request_too_large' });
    expect((await ask(openai)).choices[0]?.message.content).toBe('Hello, world');
  });
});
