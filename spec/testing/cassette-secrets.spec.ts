import { concat, from, lastValueFrom, map, of } from 'rxjs';
import { createClient, fetchTransport, type RequestOptions } from '../../src/index.js';
import { recordCassette, type RecordCassetteConfig } from '../../src/testing/cassettes/record-cassette.js';
import { replayCassette } from '../../src/testing/cassettes/replay-cassette.js';
import type { TransportRequest } from '../../src/transport/transport.js';
import { answer, chatRequest, eventStream, hello, textChunk } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';
import { key } from '../support/secret-key.js';
import { data, head } from '../support/transport-events.js';
import { always, plain, record, request, useFolder } from './cassettes.js';

const folder = useFolder();
const organization = 'org-9fJ2kQ7xLm4TzR8vWb3NcYdE';
const project = 'proj_h5Gs8Kp2Xw9QzVt4';
/** Texts that must not be in the file. */
const secrets = [key, 'Zq7Zq', 'wXyZw', organization, '9fJ2kQ7x', project, 'h5Gs8Kp2', 'azure-1234', 'cookie-5678'];

afterEach(closeServers);

/** Records an exchange with secrets in all places, and returns the text of the file. */
async function recordOverHttp(
  answerWith: (secret: string) => { readonly status: number; readonly body: string },
  options: RequestOptions = {},
): Promise<string> {
  const repeated = `${key} of ${organization} in ${project}, azure-1234, cookie-5678`;
  const { status, body } = answerWith(repeated);
  const server = await startServer({
    answer: (served) => {
      served.head(status, {
        'content-type': 'text/event-stream',
        'set-cookie': ['session=cookie-5678', 'other=cookie-5678'],
        'openai-organization': organization,
        'openai-project': project,
        'anthropic-organization-id': organization,
        'x-internal': repeated,
        'x-request-id': `r-1 ${key}`,
      });
      served.end(body);
    },
  });
  const recorder = recordCassette({ file: folder.path('secrets.json'), secrets: [key] });
  const client = createClient({
    apiKey: key,
    organization,
    project,
    baseURL: `${server.url}/v1?key=${encodeURIComponent(key)}&sig=azure-1234&api-version=1`,
    headers: { 'api-key': 'azure-1234', Cookie: 'session=cookie-5678', 'x-tenant': organization },
    transport: fetchTransport(),
    interceptors: [recorder],
  });
  const tools = [{ type: 'mcp', authorization: 'azure-1234', headers: { 'X-Api-Key': 'azure-1234' } }];
  const asked = { ...chatRequest, messages: [{ role: 'user', content: `Do I use ${repeated}?` }], tools };

  await observe(client.chat(asked as object as typeof chatRequest, options)).ended;
  await lastValueFrom(recorder.cassette);
  return folder.read('secrets.json');
}

describe('a cassette', () => {
  it.each([200, 401, 429, 500])('has no secret that an answer of status %d repeats', async (status) => {
    const file = await recordOverHttp((repeated) => ({
      status,
      body:
        status === 200
          ? eventStream(textChunk(repeated, 'stop'), '[DONE]')
          : JSON.stringify({ error: { message: repeated, code: repeated, type: repeated, param: repeated } }),
    }));

    expect(secrets.filter((secret) => file.includes(secret))).toEqual([]);
    expect(file).toContain('Do I use [redacted] of [redacted] in [redacted], [redacted], [redacted]?');
    expect(file).toContain('?api-version=1"');
    expect(file.toLowerCase()).not.toMatch(
      /"(?:authorization|api-key|cookie|set-cookie|openai-\w+)": "(?!\[redacted\]")/u,
    );
  });

  it('has no secret that an answer repeats escaped', async () => {
    const file = await recordOverHttp(() => ({
      status: 200,
      body: `data: ${JSON.stringify(key).replaceAll('/', '\\/')} ${encodeURIComponent(key)} ${key.replaceAll('/', '\\u002f')}\n\n`,
    }));

    expect(['Zq7Zq', 'wXyZw'].filter((part) => file.includes(part))).toEqual([]);
  });

  it.each(['code', 'sig', 'api_key'])('has no query parameter named %s, and no answer with its value', async (name) => {
    const url = `${request.url}?${name}=hidden-1&api-version=1`;
    const cassette = await record(always(of(head(), data('It was hidden-1.'))), [{ ...request, url }]);

    expect(cassette.exchanges).toMatchObject([
      { request: { url: `${request.url}?api-version=1` }, response: { body: [{ text: 'It was [redacted].' }] } },
    ]);
  });

  it.each<[string, object, RecordCassetteConfig]>([
    ['the authorization of a tool', { tools: [{ headers: { Authorization: 'Bearer hidden-12' } }] }, {}],
    ['a cookie of a tool', { tools: [{ headers: { cookie: 'session=hidden-12; theme=darkness' } }] }, {}],
    ['a credential in secrets', {}, { secrets: ['Bearer hidden-12'] }],
  ])('has no answer with the secret part of %s', async (_where, body, config) => {
    const cassette = await record(
      always(of(head(), data('It was hidden-12.'))),
      [{ ...request, body: JSON.stringify(body) }],
      config,
    );

    expect(cassette.exchanges).toMatchObject([{ response: { body: [{ text: 'It was [redacted].' }] } }]);
    expect(JSON.stringify(cassette)).not.toContain('hidden-12');
  });

  it('is found again for a request with other secrets', async () => {
    const config = { secrets: [key] };
    const withKey = (value: string): TransportRequest => ({
      ...request,
      url: `${request.url}?key=${value}`,
      headers: { authorization: `Bearer ${value}`, 'openai-organization': value },
      body: JSON.stringify({ tools: [{ api_key: value }], messages: [{ content: `My key is ${value}.` }] }),
    });
    const cassette = await record(always(answer(hello)), [withKey(key)], config);

    expect(JSON.stringify(cassette)).not.toContain('Zq7Zq');
    expect(await observe(replayCassette(cassette, { speed: Infinity })(withKey('another-key'))).ended).toBeUndefined();
  });

  describe('whose bodies', () => {
    async function piecesOf(pieces: readonly string[], config: RecordCassetteConfig = {}): Promise<readonly string[]> {
      const exchange = concat(of(head()), from(pieces).pipe(map(data)));
      const { exchanges } = await record(always(exchange), [request], config);
      return exchanges[0]!.response!.body.map((piece) => ('text' in piece ? piece.text : piece.base64));
    }

    it.each([
      ['in a piece', ['a hidden-1 b'], ['a [redacted] b']],
      ['more than once', ['hidden-1hidden-1', 'hidden-1'], ['[redacted][redacted]', '[redacted]']],
      ['cut in two', ['a hid', 'den-1 b'], ['a [redacted]', ' b']],
      ['cut into letters', 'a hidden-1 b'.split(''), ['a', ' ', '[redacted]', ...Array<string>(7).fill(''), ' ', 'b']],
      ['at the end of one and the start of the next', ['hidden-1', 'hidden-1'], ['[redacted]', '[redacted]']],
      ['cut again and again', ['hidden-1 hid', 'den-1 hidd', 'en-1'], ['[redacted] [redacted]', ' [redacted]', '']],
      ['beside an empty piece', ['hid', '', 'den-1'], ['[redacted]', '', '']],
    ])('lose a secret %s, and keep their pieces', async (_where, pieces, expected) => {
      expect(await piecesOf(pieces, { secrets: ['hidden-1'] })).toEqual(expected);
    });

    const choice = (fields: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...fields }] })}\n\n`;
    const delta = (fields: object): string => choice({ delta: fields });

    it.each<[string, (text: string) => string]>([
      ['content', (content) => delta({ content })],
      ['reasoning', (reasoning) => delta({ reasoning })],
      ['parts of content', (text) => delta({ content: [{ type: 'text', text }] })],
      ['legacy text', (text) => choice({ text, finish_reason: null })],
      ['tool call arguments', (text) => delta({ tool_calls: [{ index: 1, function: { arguments: text } }] })],
      ['response events', (text) => `data: ${JSON.stringify({ type: 'response.output_text.delta', delta: text })}\n\n`],
      [
        'a reasoning summary',
        (text) =>
          `data: ${JSON.stringify({ type: 'response.reasoning_summary_text.delta', delta: text, summary_index: 1 })}\n\n`,
      ],
      [
        'the output of a shell',
        (text) =>
          `data: ${JSON.stringify({ type: 'response.shell_call_output_content.delta', delta: { stdout: text } })}\n\n`,
      ],
      [
        'events of one line feed',
        (content) => `${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\r\n`,
      ],
    ])('lose a secret that is spread over events: %s', async (_field, event) => {
      const [told, left] = [
        ['It is "', 'hid', 'den', '-', '1"!', ' sk-pro', 'j-abcdefgh', '12345678 .'],
        ['It is "', '[redacted]', '', '', '"!', ' [redacted]', '', ' .'],
      ].map((texts) => texts.map(event));

      expect(await piecesOf(told!, { secrets: ['hidden-1'] })).toEqual(left);
      expect(await piecesOf([told!.join('')], { secrets: ['hidden-1'] })).toEqual([left!.join('')]);
    });

    it('lose a secret that is spread over response events, whatever their item ids', async () => {
      const events = (deltas: readonly string[]): readonly string[] =>
        deltas.map((delta, place) => {
          const event = { type: 'response.output_text.delta', delta, item_id: `item_${place}`, output_index: 1 };
          return `event: response.output_text.delta\ndata: ${JSON.stringify(event)}\n\n`;
        });

      expect(await piecesOf(events(['hid', 'den-1']), { secrets: ['hidden-1'] })).toEqual(events(['[redacted]', '']));
    });

    it('keep response events of different kinds and places apart when they look for secrets', async () => {
      const pieces = [
        { type: 'response.output_text.delta', delta: 'hid', output_index: 0, content_index: 0 },
        { type: 'response.refusal.delta', delta: 'den-1', output_index: 0, content_index: 0 },
        { type: 'response.output_text.delta', delta: 'den-1', output_index: 0, content_index: 1 },
        { type: 'response.output_text.delta', delta: 'den-1', output_index: 1, content_index: 0 },
        { type: 'response.reasoning_summary_text.delta', delta: 'hid', output_index: 2, summary_index: 0 },
        { type: 'response.reasoning_summary_text.delta', delta: 'den-1', output_index: 2, summary_index: 1 },
      ].map((event) => `data: ${JSON.stringify(event)}\n\n`);

      expect(await piecesOf(pieces, { secrets: ['hidden-1'] })).toEqual(pieces);
    });

    it('lose a secret of a request that is spread over events and escaped', async () => {
      const { exchanges } = await record(
        always(
          of(head(), ...['\\u0068idden', '\\/', '1 ö'].map((part) => data(delta({ content: '?' }).replace('?', part)))),
        ),
        [{ ...request, headers: { 'x-api-key': 'hidden/1' } }],
      );

      expect(exchanges[0]?.response?.body.map((piece) => 'text' in piece && piece.text)).toEqual(
        ['[redacted]', '', ' ö'].map((content) => delta({ content })),
      );
    });

    it('keep choices and fields apart when they look for secrets', async () => {
      const pieces = [
        delta({ content: 'hid' }),
        delta({ reasoning: 'den-1' }),
        delta({ content: 'e', role: 'den-1' }),
        `data: ${JSON.stringify({ choices: [{ index: 1, delta: { content: 'den-1' } }] })}\n\n`,
        'data: {"choices":[{"index":0,"delta":{"content":"den-1"}\n\n',
        'data: [DONE]\n\n',
      ];

      expect(await piecesOf(pieces, { secrets: ['hidden-1'] })).toEqual(pieces);
    });

    it('lose the log probabilities only of an answer with a secret', async () => {
      const spelled = (content: string): string =>
        choice({
          delta: { content },
          logprobs: { content: [{ token: content, logprob: 0, bytes: [104], top_logprobs: [] }] },
        });
      const empty = (content: string): string => choice({ delta: { content }, logprobs: null });
      const config = { secrets: ['hidden-1'] };

      expect(await piecesOf(['hid', 'den-1'].map(spelled), config)).toEqual(['[redacted]', ''].map(empty));
      expect(await piecesOf(['hid', 'den'].map(spelled), config)).toEqual(['hid', 'den'].map(spelled));
    });

    it('lose the start of a secret at their end, where the answer broke off', async () => {
      expect(await piecesOf(['a hidden-', '1234'], { secrets: ['hidden-12345'] })).toEqual(['a [redacted]', '']);
    });

    it('lose a secret with characters of several bytes', async () => {
      expect(await piecesOf(['a schlüssel-ö b'], { secrets: ['schlüssel-ö'] })).toEqual(['a [redacted] b']);
    });

    it.each([
      ['Rate limit reached in organization org-9fJ2kQ7xLm4TzR8vWb3NcYdE on tokens', 'organization [redacted] on'],
      ['Incorrect API key provided: sk-proj-abcd1234********wxyz.', 'provided: [redacted].'],
      ['{"content":"\\nsk-abcdefgh12345678"}', '"\\n[redacted]"'],
      ['Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc', 'Authorization: [redacted]'],
      ['gsk_abcdefgh12345678abcd', '[redacted]'],
      ['AIzaSyA1234567890abcdefghijklmnopqrstuv', '[redacted]'],
    ])('lose what looks like a key or an id: %s', async (text, expected) => {
      expect((await piecesOf([text])).join('')).toContain(expected);
    });

    it.each([
      'an org-wide plan, an org-structure, a project, a task-12345678901234567890',
      'sk-learn-compatible-estimators and chatcmpl-9fJ2kQ7xLm4TzR8vWb3NcYdE',
      'the bearer of this letter, max_tokens, call_h5Gs8Kp2Xw9QzVt4',
    ])('keep ordinary words: %s', async (text) => {
      expect(await piecesOf([text])).toEqual([text]);
    });
  });

  it('keeps headers that help to understand an answer', async () => {
    const kept = {
      'content-type': 'text/event-stream',
      'retry-after': '7',
      'x-ratelimit-remaining-tokens': '5',
      'x-request-id': 'r-1',
    };
    const cassette = await record(always(of(head(200, { ...kept, 'x-other': '1', 'set-cookie': 'a=b' }))));
    const replayed = observe(replayCassette(cassette, { speed: Infinity })(request));

    await replayed.ended;
    expect(replayed.values.map(plain)).toEqual([{ status: 200, headers: kept }]);
  });

  it('has no answer with a secret from a field of the request', async () => {
    const body = JSON.stringify({
      tools: [{ type: 'mcp', server: { authorization: 'tool-key-1', password: 'string' } }],
      max_tokens: 5,
    });
    const cassette = await record(always(of(head(), data('The tool got tool-key-1, a string.'))), [
      { ...request, body },
    ]);

    expect(cassette.exchanges).toMatchObject([
      {
        request: {
          json: {
            tools: [{ type: 'mcp', server: { authorization: '[redacted]', password: '[redacted]' } }],
            max_tokens: 5,
          },
        },
        response: { body: [{ text: 'The tool got [redacted], a string.' }] },
      },
    ]);
  });

  it('has no answer with a secret of an earlier request', async () => {
    const first = { ...request, headers: { authorization: 'Bearer earlier-key-1' } };
    const cassette = await record(always(of(head(), data('It was earlier-key-1.'))), [first, request]);

    expect(cassette.exchanges.map(({ response }) => response?.body)).toMatchObject([
      [{ text: 'It was [redacted].' }],
      [{ text: 'It was [redacted].' }],
    ]);
  });
});
