import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ApiError, createClient } from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { transports } from '../support/transports.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { failureOf } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { expectNoKey, key } from '../support/secret-key.js';

interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text as it is on the wire, or a value to send as JSON. */
  readonly body: unknown;
}

/** A refusal and the fields its error must have; null stands for `undefined`. */
interface Form extends Refusal {
  readonly form: string;
  readonly error: Readonly<Record<string, unknown>>;
}

function linesOf(file: string): readonly unknown[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line) as unknown);
}

const forms = linesOf(join(__dirname, '../fixtures/http-error-bodies.jsonl')) as readonly Form[];
const recorded = linesOf(resolve(process.cwd(), '../shared/recordings/http-error-bodies.jsonl')) as readonly Refusal[];

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

/** Headers about the recorded bytes, which differ from those sent here. */
const framing = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'connection']);

function serve(refusals: readonly Refusal[]): Promise<LoopbackServer> {
  return startServer({
    answer: (served) => {
      const { status, headers, body } = refusals[Number(served.path.split('/')[1])]!;
      const kept = Object.entries(headers).filter(([name]) => !framing.has(name.toLowerCase()));
      served.head(status, Object.fromEntries(kept));
      served.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
  });
}

/**
 * Returns the error of a refusal, after checking that both transports raise the same one and that it contains no key.
 */
async function errorOf(url: string): Promise<ApiError> {
  const errors = Object.values(transports).map((createTransport) => {
    const client = createClient({ baseURL: url, apiKey: key, transport: createTransport() });
    return failureOf(client.chat(chatRequest)) as Promise<ApiError>;
  });
  const [error, other] = await Promise.all(errors);

  // Except for the time of day.
  const shown = ({ headers: { date: _, ...headers }, ...fields }: ApiError): object => ({ ...fields, headers });
  expect([shown(other!), other!.message, other!.name]).toEqual([shown(error!), error!.message, error!.name]);
  expectNoKey(error);
  return error!;
}

expectQuietProcess();
afterAll(closeServers);

describe('an error body', () => {
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await serve(forms);
  });

  it.each(forms.map(({ form, status }, place) => [status, form, place] as const))(
    'with status %d, %s, becomes the right error',
    async (status, _form, place) => {
      const error = await errorOf(`${server.url}/${place}`);
      const promised = Object.entries(forms[place]!.error).map(([name, value]) => [name, value ?? undefined] as const);

      expect(
        Object.fromEntries(promised.map(([name]) => [name, error[name as Exclude<keyof ApiError, 'toJSON'>]])),
      ).toEqual(Object.fromEntries(promised));
      expect([error.status, error.name]).toEqual([status, error.kind === 'rate_limit' ? 'RateLimitError' : 'ApiError']);
    },
  );

  it('causes no second request', () => {
    expect(forms.length).toBeGreaterThan(30);
    expect(server.requests).toBe(forms.length * 2);
  });

  it('in each recording becomes an error of the right kind with its reason', async () => {
    const server = await serve(recorded);
    for (const [place, { status }] of recorded.entries()) {
      const error = await errorOf(`${server.url}/${place}`);

      expect([place, error.status, error.kind]).toEqual([place, status, kinds.get(status)]);
      expect(error.retryable).toBe(error.kind === 'rate_limit');
      expect(error.message).not.toMatch(/gave no reason|web page/u);
    }
    expect(server.requests).toBe(recorded.length * 2);
  });
});
