import { expectNoKey, key } from '../support/secret-key.js';
import { closeServers, deserted, startServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, event, piece, sendJson } from './model-server.js';
import { run } from './rxllm.js';

afterEach(closeServers);

/** What a server may say of the key it got. */
const said = ({ headers }: ServedExchange): string => `${headers.authorization} ${key} ${encodeURIComponent(key)}`;

const refuse =
  (status: number) =>
  (exchange: ServedExchange): void => {
    const error = { message: said(exchange), code: said(exchange), type: said(exchange) };
    sendJson(exchange, status, { error }, { 'x-request-id': key, 'retry-after-ms': '1' });
  };

it.each<readonly [string, (exchange: ServedExchange) => void, readonly string[]]>([
  ...[400, 401, 403, 404, 429, 500].map((status) => [`a ${status}`, refuse(status), ['-m', 'small', 'Hi']] as const),
  ['an answer that breaks off', (exchange) => breakOff(exchange), ['-m', 'small', '--stats', 'Hi']],
  ['chunks', (exchange) => breakOff(exchange), ['-m', 'small', '--json', 'Hi']],
  ['several models', refuse(401), ['-m', 'small', '-m', 'large', 'Hi']],
  ['a list of models', refuse(401), ['models']],
  ['a list of models in JSON', refuse(500), ['models', '--json']],
  ['the legacy endpoint', refuse(429), ['--legacy', '-m', 'small', 'Hi']],
])('shows nothing of the key that the server repeats in %s', async (_, answer, parameters) => {
  const { url } = await startServer({ answer });
  const { code, stdout, stderr } = await run(['--base-url', `${url}/v1`, '--key', key, ...parameters]);

  expect(code).toBe(1);
  expect(stderr).toContain('rxllm: ');
  expectNoKey(stdout + stderr);
});

it.each([
  ['an unknown option', ['--modell'], 2],
  ['an option without its value', ['--model'], 2],
  ['a number that is none', ['--retries', 'x'], 2],
  ['an option of rxllm serve', ['--port', '1'], 2],
  ['a server that is down', ['-m', 'small', '--retries', '0', 'Hi'], 1],
])('shows nothing of the key beside %s', async (_, parameters, expected) => {
  const { code, stdout, stderr } = await run(['--base-url', `${await deserted()}/v1`, '--key', key, ...parameters]);

  expect(code).toBe(expected);
  expect(stderr).toMatch(/^rxllm: [^\n]+\n$/u);
  expectNoKey(stdout + stderr);
});

function breakOff(exchange: ServedExchange): void {
  beginStream(exchange, piece('Hel'));
  exchange.end(event({ error: { message: said(exchange), code: 'overloaded' } }));
}
