import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ApiError, createClient } from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { transports } from '../support/transports.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { failureOf } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { expectNoKey, key } from '../support/secret-key.js';

interface RecordedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const file = resolve(process.cwd(), '../shared/recordings/http-error-bodies.jsonl');
const recorded = (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []).map(
  (line) => JSON.parse(line) as RecordedError,
);

const kinds: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request'],
  [401, 'authentication'],
  [402, 'quota'],
  [403, 'permission'],
  [404, 'not_found'],
  [413, 'invalid_request'],
  [422, 'invalid_request'],
  [429, 'rate_limit'],
]);

/** Headers that are about the bytes of the recording, which are others now. */
const framing = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'connection']);

function serve(): Promise<LoopbackServer> {
  return startServer({
    answer: (served) => {
      const { status, headers, body } = recorded[Number(served.path.split('/')[1])]!;
      const kept = Object.entries(headers).filter(([name]) => !framing.has(name.toLowerCase()));
      served.head(status, Object.fromEntries(kept));
      served.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
  });
}

expectQuietProcess();
afterEach(closeServers);

it('each recorded error is the same through both transports, tells its reason, and is retried only where that helps', async () => {
  const server = await serve();
  for (const [place, { status }] of recorded.entries()) {
    const errors = Object.values(transports).map((createTransport) => {
      const client = createClient({ baseURL: `${server.url}/${place}`, apiKey: key, transport: createTransport() });
      return failureOf(client.chat(chatRequest)) as Promise<ApiError>;
    });
    const [error, other] = await Promise.all(errors);

    expect([place, error!.status, error!.kind]).toEqual([place, status, kinds.get(status)]);
    expect(error!.retryable).toBe(error!.kind === 'rate_limit');
    expect(error!.message).not.toMatch(/gave no reason|web page/u);
    // But for the time of day.
    const shown = ({ headers: { date: _, ...headers }, ...fields }: ApiError): object => ({ ...fields, headers });
    expect([shown(other!), other!.message, other!.name]).toEqual([shown(error!), error!.message, error!.name]);
    expectNoKey(error);
  }
  expect(server.requests).toBe(recorded.length * 2);
});
