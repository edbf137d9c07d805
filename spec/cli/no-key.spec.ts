import { expectNoKey, key } from '../support/secret-key.js';
import { closeServers, deserted, startServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, event, piece, sendJson } from './model-server.js';
import { run } from './run-here.js';

describe('the output', () => {
  afterEach(closeServers);

  /** What a server may repeat of the key it got. */
  const said = ({ headers }: ServedExchange): string => `${headers.authorization} ${key} ${encodeURIComponent(key)}`;

  const refuse =
    (status: number) =>
    (exchange: ServedExchange): void => {
      const error = { message: said(exchange), code: said(exchange), type: said(exchange) };
      sendJson(exchange, status, { error }, { 'x-request-id': key, 'retry-after-ms': '1' });
    };

  const repeated: readonly (readonly [string, (exchange: ServedExchange) => void, readonly string[]])[] = [
    ...[400, 401, 403, 404, 429, 500].map((status) => [`a ${status}`, refuse(status), ['-m', 'small', 'Hi']] as const),
    ['an answer that ends with an error', (exchange) => breakOff(exchange), ['-m', 'small', '--stats', 'Hi']],
    ['chunks', (exchange) => breakOff(exchange), ['-m', 'small', '--json', 'Hi']],
    ['several models', refuse(401), ['-m', 'small', '-m', 'large', 'Hi']],
    ['a list of models', refuse(401), ['models']],
    ['a list of models in JSON', refuse(500), ['models', '--json']],
    ['the legacy endpoint', refuse(429), ['--legacy', '-m', 'small', 'Hi']],
  ];

  it('never contains the key, even if any kind of answer repeats it', async () => {
    await Promise.all(
      repeated.map(async ([kind, answer, parameters]) => {
        const { url } = await startServer({ answer });
        const { code, stdout, stderr } = await run(['--base-url', `${url}/v1`, '--key', key, ...parameters]);

        expect({ kind, code, stderr }).toEqual({ kind, code: 1, stderr: expect.stringContaining('rxllm: ') as string });
        expectNoKey(stdout + stderr);
      }),
    );
  });

  const mistaken: readonly (readonly [string, readonly string[], number])[] = [
    ['an unknown option', ['--modell'], 2],
    ['an option without its value', ['--model'], 2],
    ['an invalid number', ['--retries', 'x'], 2],
    ['an option of rxllm serve', ['--port', '1'], 2],
    ['a server that is down', ['-m', 'small', '--retries', '0', 'Hi'], 1],
  ];

  it('never contains the key with any kind of mistake', async () => {
    const baseURL = `${await deserted()}/v1`;
    await Promise.all(
      mistaken.map(async ([kind, parameters, code]) => {
        const { stdout, stderr, ...ended } = await run(['--base-url', baseURL, '--key', key, ...parameters]);

        expect({ kind, stderr, ...ended }).toEqual({
          kind,
          code,
          stderr: expect.stringMatching(/^rxllm: [^\n]+\n$/u) as string,
        });
        expectNoKey(stdout + stderr);
      }),
    );
  });

  function breakOff(exchange: ServedExchange): void {
    beginStream(exchange, piece('Hel'));
    exchange.end(event({ error: { message: said(exchange), code: 'overloaded' } }));
  }
});
