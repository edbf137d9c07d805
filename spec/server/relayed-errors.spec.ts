import { concat, NEVER } from 'rxjs';
import { type Client, createClient, fetchTransport, type RequestOptions, type ResponseInfo } from '../../src/index.js';
import { relay } from '../../src/server/index.js';
import { answer, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { failureOf } from '../support/observe.js';
import { collectReported } from '../support/reported.js';

collectReported();

const secret = 'Organization org-1';
const responseOf = (status: string, fields: object = {}): object => ({
  response: { id: 'resp_1', object: 'response', status, output: [], ...fields },
});
const created = { type: 'response.created', sequence_number: 0, ...responseOf('in_progress') };
const failed = (error: object): object => ({
  type: 'response.failed',
  sequence_number: 1,
  ...responseOf('failed', { error }),
});

/** How each API is asked, how its stream begins, and the forms in which it reports an error. */
const chat = {
  ask: (client: Client, options?: RequestOptions) => client.chat(chatRequest, options),
  start: textChunk('Hel'),
};
const responses = {
  ask: (client: Client, options?: RequestOptions) => client.responses({ model: 'small', input: 'Hi' }, options),
  start: created,
};
const forms = {
  'an error frame of chat': { ...chat, report: (error: object): object => ({ error }) },
  'an error event of responses': { ...responses, report: (error: object): object => ({ type: 'error', ...error }) },
  'a response that failed': { ...responses, report: failed },
} as const;

/** A client of a relay to a server that answers so, and how that relay is asked. */
function relayTo(exchange: ReturnType<typeof answer>) {
  const upstream = createClient({ baseURL: 'https://upstream.test', transport: fakeTransport(exchange).transport });
  const handle = relay({ client: upstream, authorize: 'anyone', models: ['small'] });
  const ask: typeof fetch = (url, init) => handle(new Request(url, init));
  return { ask, client: createClient({ baseURL: 'https://relay.test', transport: fetchTransport({ fetch: ask }) }) };
}

describe.each(Object.entries(forms))('A client of a relay that passes on %s', (_, { ask, start, report }) => {
  it.each<[string, string, boolean]>([
    ['rate_limit_exceeded', 'rate_limit', true],
    ['server_is_overloaded', 'overloaded', true],
    ['server_error', 'server', true],
    ['timeout', 'timeout', true],
    ['conflict', 'conflict', true],
    ['anything', 'provider', true],
    ['insufficient_quota', 'server', true],
    ['invalid_api_key', 'server', true],
  ])('reads %s as %s, without the words of the server', async (code, kind, retryable) => {
    const { client } = relayTo(answer(eventStream(start, report({ code, message: secret }))));
    const error = await failureOf(ask(client));

    expect(error).toMatchObject({ name: 'StreamError', kind, retryable });
    expect((error as Error).message).toMatch(/^The model's server /u);
  });

  it.each([
    ['invalid_prompt', 'invalid_request'],
    ['model_not_found', 'not_found'],
  ])('reads %s as %s, with the words of the server', async (code, kind) => {
    const error = { code, message: 'Not so', param: 'input' };
    const { client } = relayTo(answer(eventStream(start, report(error))));

    expect(await failureOf(ask(client))).toMatchObject({ ...error, kind, retryable: false });
  });
});

describe.each(Object.entries({ chat, responses }))('A client of a relay whose stream of %s is stopped', (_, api) => {
  it('learns so, and that it need not ask again', async () => {
    const { ask, client } = relayTo(concat(answer(eventStream(api.start)), NEVER));
    const onResponse = ({ streamId }: ResponseInfo): void =>
      void ask(`https://relay.test/streams/${streamId}`, { method: 'DELETE' });

    expect(await failureOf(api.ask(client, { onResponse }))).toMatchObject({
      name: 'StreamError',
      kind: 'provider',
      code: 'stopped',
      retryable: false,
    });
  });
});
