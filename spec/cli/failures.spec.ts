import { closeServers, deserted, startServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, event, piece, sendJson } from './model-server.js';
import { type Ended, run } from './run-here.js';

describe('rxllm after a failure', () => {
  const key = 'sk-0123456789abcdef';

  afterEach(closeServers);

  function ask(baseURL: string, parameters: readonly string[] = ['-m', 'small']): Promise<Ended> {
    return run([...parameters, '--retries', '0', 'Hi'], {
      environment: { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: key },
    });
  }

  type Answer = (exchange: ServedExchange) => void;

  const refuse =
    (status: number, message: string, headers: Readonly<Record<string, string>> = {}, code?: string): Answer =>
    (exchange) =>
      sendJson(exchange, status, { error: { message, code } }, headers);

  const refusals: readonly (readonly [string, Answer, string])[] = [
    [
      'a refused key that the server repeats',
      (exchange) => refuse(401, `Incorrect API key provided: ${exchange.headers.authorization}.`)(exchange),
      '401 Incorrect API key provided: [redacted]. Check --key or OPENAI_API_KEY; the latter is only sent to OpenAI and OPENAI_BASE_URL.',
    ],
    [
      'an unknown model, with those that exist',
      (exchange) => {
        if (exchange.path === '/v1/models') {
          sendJson(exchange, 200, { data: [{ id: 'tiny' }, { id: 'large' }] });
        } else {
          refuse(404, 'The model `small` does not exist')(exchange);
        }
      },
      '404 The model `small` does not exist. Choose another with --model, for example: tiny, large.',
    ],
    ['a wrong path', refuse(404, 'Not Found'), '404 Not Found. Check --model and the base URL.'],
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
      'The server redirected (308), which is refused so that no key reaches another server. Check the base URL; most end in /v1.',
    ],
  ];

  it('explains each kind of refusal in one line', async () => {
    await Promise.all(
      refusals.map(async ([kind, answer, line]) => {
        const { url } = await startServer({ answer });

        expect({ kind, ...(await ask(`${url}/v1`)) }).toEqual({
          kind,
          code: 1,
          stdout: '',
          stderr: `rxllm: ${line}\n`,
        });
      }),
    );
  });

  it.each<readonly [string, Answer, string]>([
    [
      'a key without permission',
      refuse(403, 'You may not use this model'),
      '403 You may not use this model. Choose another --model, or a key with access to this one.',
    ],
    [
      'an invalid request',
      refuse(400, 'The prompt is too long'),
      '400 The prompt is too long. Check the prompt and the options.',
    ],
    [
      'a used-up quota',
      refuse(429, 'You exceeded your current quota', {}, 'insufficient_quota'),
      '429 You exceeded your current quota. Check the plan and billing of the account.',
    ],
    [
      'a rate limit with a pause of a fraction of seconds',
      refuse(429, 'Slow down', { 'retry-after-ms': '1500' }),
      '429 Slow down. Wait 2 s, then try again.',
    ],
    ['a rate limit without a pause', refuse(429, 'Slow down'), '429 Slow down. Try again later.'],
    ['a server error', refuse(500, 'Oops'), '500 Oops. Try again later.'],
    ['an overloaded server', refuse(529, 'Busy', { 'retry-after': '60' }), '529 Busy. Wait 60 s, then try again.'],
    [
      'an event that is too long',
      (exchange) => {
        beginStream(exchange);
        exchange.end(`data: ${'x'.repeat(17_000_000)}\n\n`);
      },
      'The stream exceeded eventBytes (16777216). This is more than a model should send.',
    ],
    [
      'an error inside the stream, whose message contains a semicolon',
      (exchange) => {
        beginStream(exchange);
        exchange.end(event({ error: { message: 'Try "small"; or wait' } }));
      },
      'Try "small"; or wait. Try again later.',
    ],
    [
      'a message with line breaks and terminal sequences',
      refuse(500, 'Oops:\r\n\tone\u001b[2J\u0007\u009b31m two\n'),
      '500 Oops: one two. Try again later.',
    ],
  ])('explains %s in one line', async (_, answer, line) => {
    const { url } = await startServer({ answer });
    const parameters = ['--base-url', `${url}/v1`, '-m', 'small', '--retries', '0', 'Hi'];

    expect(await run(parameters)).toEqual({ code: 1, stdout: '', stderr: `rxllm: ${line}\n` });
  });

  it.each<readonly [string, readonly string[], string, string]>([
    [
      'but none whose name contains the key',
      ['small', 'fine-tuned-by-sk-0123456789abcdef'],
      'No huge',
      'Choose another with --model, for example: small.',
    ],
    [
      'but does not repeat them if the error names them all',
      ['small', 'gpt-4.1'],
      "No 'huge': there are 'small', gpt-4.1",
      'Choose one with --model.',
    ],
    [
      'if the error names only some',
      ['small', 'gpt-4.1'],
      'No huge; try small',
      'Choose another with --model, for example: small, gpt-4.1.',
    ],
    [
      'if the error names others that begin or end like them',
      ['small', 'gpt-4.1'],
      'No smallest gpt-4.1-mini',
      'Choose another with --model, for example: small, gpt-4.1.',
    ],
  ])('suggests models, %s', async (_, models, message, advice) => {
    const { url } = await startServer({
      answer: (exchange) => {
        if (exchange.path === '/v1/models') {
          sendJson(exchange, 200, { data: models.map((id) => ({ id })) });
        } else {
          refuse(404, message)(exchange);
        }
      },
    });
    const { stderr } = await run(['--base-url', `${url}/v1`, '--key', key, '-m', 'huge', 'Hi']);

    expect(stderr).toBe(`rxllm: 404 ${message}. ${advice}\n`);
  });

  it.each<readonly [string, Answer, string]>([
    [
      'ended early',
      (exchange) => {
        beginStream(exchange, piece('Hel'));
        exchange.end();
      },
      'The stream ended early: not every choice has a finish reason, and [DONE] is missing. The answer is incomplete: try again.',
    ],
    [
      'ended with an error, whose key is redacted',
      (exchange) => {
        beginStream(exchange, piece('H'), piece('el'));
        exchange.end(
          event({ error: { message: `Overloaded (${exchange.headers.authorization})`, code: 'overloaded' } }),
        );
      },
      'Overloaded ([redacted]). Try again later.',
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

  it('explains that the server is not running', async () => {
    const url = await deserted();

    expect(await ask(`${url}/v1`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: No answer from ${url} (ECONNREFUSED). Check that the server is running and the base URL is right.\n`,
    });
  });

  it.each<readonly [string, Answer]>([
    ['has no /models', refuse(404, 'Not Found')],
    ['lists no models', (exchange) => sendJson(exchange, 200, { data: [] })],
  ])('asks for --model if the server %s', async (_, answer) => {
    const { url } = await startServer({ answer });

    expect(await ask(`${url}/v1`, [])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'rxllm: The server does not list its models. Check the base URL (most end in /v1), or name a model with --model.\n',
    });
  });

  it('explains that a key cannot be sent, without printing it', async () => {
    const { url } = await startServer();
    const environment = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: `“${key}”` };

    expect(await run(['-m', 'small', 'Hi'], { environment })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rxllm: The header "authorization" holds characters that cannot be sent; check the key.\n',
    });
  });
});
