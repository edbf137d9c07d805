import { closeServers, deserted, startServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, event, piece, sendJson } from './model-server.js';
import { type Ended, run } from './rxllm.js';

const key = 'sk-0123456789abcdef';

afterEach(closeServers);

function ask(baseURL: string, parameters: readonly string[] = ['-m', 'small']): Promise<Ended> {
  return run([...parameters, '--retries', '0', 'Hi'], {
    environment: { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: key },
  });
}

type Answer = (exchange: ServedExchange) => void;

const refuse =
  (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  (exchange) =>
    sendJson(exchange, status, { error: { message } }, headers);

const refusals: readonly (readonly [string, Answer, string])[] = [
  [
    'a refused key, though the server repeats it',
    (exchange) => refuse(401, `Incorrect API key provided: ${exchange.headers.authorization}.`)(exchange),
    '401 Incorrect API key provided: [redacted]. Check --key or OPENAI_API_KEY; the latter is sent only to OpenAI and to the server that OPENAI_BASE_URL names.',
  ],
  [
    'a model that is not there, with those that are',
    (exchange) => {
      if (exchange.path === '/v1/models') {
        sendJson(exchange, 200, { data: [{ id: 'tiny' }, { id: 'large' }] });
      } else {
        refuse(404, 'The model `small` does not exist')(exchange);
      }
    },
    '404 The model `small` does not exist. Choose with --model, for example: tiny, large.',
  ],
  ['an address where nothing is', refuse(404, 'Not Found'), '404 Not Found. Check --model and the base URL.'],
  [
    'a rate limit, with its pause',
    refuse(429, 'Slow down', { 'retry-after': '20' }),
    '429 Slow down. Wait 20 s, then try again.',
  ],
  [
    'a web page',
    (exchange) => {
      exchange.head(200, { 'content-type': 'text/html' });
      exchange.end('<!doctype html><title>Welcome</title>');
    },
    'The server answered with a web page instead of an event stream. Check the base URL; most end in /v1.',
  ],
  [
    'a redirect',
    (exchange) => {
      exchange.head(308, { location: 'http://127.0.0.1:9/v1' });
      exchange.end();
    },
    'The server redirects (308), which is refused so that no key reaches another server. Check the base URL; most end in /v1.',
  ],
];

// At the same time, since each run takes a while to start.
it('explains each kind of refusal in a line', async () => {
  await Promise.all(
    refusals.map(async ([kind, answer, line]) => {
      const { url } = await startServer({ answer });

      expect({ kind, ...(await ask(`${url}/v1`)) }).toEqual({ kind, code: 1, stdout: '', stderr: `rxllm: ${line}\n` });
    }),
  );
});

it.each<readonly [string, Answer, string]>([
  [
    'was cut',
    (exchange) => {
      beginStream(exchange, piece('Hel'));
      exchange.end();
    },
    'The stream ended early: no finish reason for every choice, and no [DONE]. The answer is incomplete: try again.',
  ],
  [
    'broke off with an error of the server, its key redacted',
    (exchange) => {
      beginStream(exchange, piece('H'), piece('el'));
      exchange.end(event({ error: { message: `Overloaded (${exchange.headers.authorization})`, code: 'overloaded' } }));
    },
    'Overloaded ([redacted]). Try again in a while.',
  ],
])('keeps the text of an answer that %s', async (_, answer, line) => {
  const { url } = await startServer({ answer });

  expect(await ask(`${url}/v1`)).toEqual({ code: 1, stdout: 'Hel\n', stderr: `rxllm: ${line}\n` });
});

it('keeps the text of an answer whose connection breaks', async () => {
  const { url, next } = await startServer();
  const ended = ask(`${url}/v1`);
  const exchange = await next();
  beginStream(exchange, piece('Hel'));
  exchange.hangUp();

  expect(await ended).toEqual({
    code: 1,
    stdout: 'Hel\n',
    stderr: expect.stringMatching(
      /^rxllm: The connection to http:\/\/127\.0\.0\.1:\d+ broke \([A-Z_]+\)\. [^\n]+\n$/u,
    ) as string,
  });
});

it('explains a server that is not running', async () => {
  const url = await deserted();

  expect(await ask(`${url}/v1`)).toEqual({
    code: 1,
    stdout: '',
    stderr: `rxllm: No answer from ${url} (ECONNREFUSED). Check that the server is running and the base URL is right.\n`,
  });
});

it.each<readonly [string, Answer]>([
  ['has no list of models', refuse(404, 'Not Found')],
  ['lists no models', (exchange) => sendJson(exchange, 200, { data: [] })],
])('asks for a model where the server %s', async (_, answer) => {
  const { url } = await startServer({ answer });

  expect(await ask(`${url}/v1`, [])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'rxllm: The server does not list its models. Check the base URL (most end in /v1), or name one with --model.\n',
  });
});

it('explains a key that cannot be sent, without showing it', async () => {
  const { url } = await startServer();
  const environment = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: `“${key}”` };

  expect(await run(['-m', 'small', 'Hi'], { environment })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'rxllm: The header "authorization" holds characters that cannot be sent; check the key.\n',
  });
});
