import { concat, endWith, map, of, Subject } from 'rxjs';
import {
  type ChatCompletionChunk,
  createClient,
  isLlmError,
  ProtocolError,
  StreamError,
  textDeltas,
  type TransportEvent,
} from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { type Observed, observe } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';
const eventType = 'text/event-stream; charset=utf-8';
const completion = {
  id: 'chat-1',
  object: 'chat.completion',
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

/** The chunks of a body that arrives in one piece or byte by byte. */
function read(body: string, type: string | null = eventType, bytewise = false, n = 1): Observed<ChatCompletionChunk> {
  const headers = type === null ? {} : { 'content-type': type };
  const pieces = bytewise ? [...new TextEncoder().encode(body)].map((byte) => Uint8Array.of(byte)) : [];
  const exchange = bytewise
    ? concat(of(head(200, headers)), of(...pieces).pipe(map((bytes) => ({ type: 'data' as const, bytes }))))
    : answer(body, { headers });
  return observe(createClient({ baseURL, transport: fakeTransport(exchange).transport }).chat({ ...chatRequest, n }));
}

function textOf({ values }: Observed<ChatCompletionChunk>): string {
  const texts = values.map(({ choices }) => choices[0]?.delta.content);
  return texts.filter((text) => typeof text === 'string').join('');
}

const types = [
  eventType,
  'TEXT/EVENT-STREAM',
  'application/json',
  'text/plain',
  'application/octet-stream',
  'text/html',
  null,
];

describe('reading answers', () => {
  it('reads bytes in order that arrive while a chunk is emitted', () => {
    const exchange = new Subject<TransportEvent>();
    const seen: string[] = [];
    const client = createClient({ baseURL, transport: fakeTransport(exchange).transport });
    const events = eventStream(textChunk('one'), textChunk('two'), textChunk('three'), '[DONE]');
    const cut = events.indexOf('two');
    client
      .chat(chatRequest)
      .pipe(textDeltas(), endWith('completed'))
      .subscribe((text) => {
        seen.push(text);
        if (text === 'one') {
          exchange.next(data(events.slice(cut)));
        }
      });

    exchange.next(head(200, { 'content-type': eventType }));
    exchange.next(data(events.slice(0, cut)));

    expect(seen).toEqual(['one', 'two', 'three', 'completed']);
  });

  describe.each(types)('declared as %s', (type) => {
    it.each([
      ['at once', false],
      ['byte by byte', true],
    ])('reads an event stream that arrives %s', async (_how, bytewise) => {
      const seen = read(hello, type, bytewise);

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toHaveLength(2);
      expect(textOf(seen)).toBe('Hello');
    });

    it.each([
      ['a comment', `: processing\n\n${hello}`],
      ['an id', `id: 1\n${hello}`],
      ['an event name', `event: message\n${hello}`],
      ['a retry', `retry: 1000\n\n${hello}`],
      ['an empty comment', `:\n\n${hello}`],
      ['a byte order mark', `\ufeff${hello}`],
      ['white space', ` \n\n\t${hello}`],
      ['other line ends', hello.replaceAll('\n', '\r\n')],
    ])('reads an event stream that begins with %s', async (_start, body) => {
      for (const bytewise of [false, true]) {
        const seen = read(body, type, bytewise);

        expect(await seen.ended).toBeUndefined();
        expect(textOf(seen)).toBe('Hello');
      }
    });

    it.each([
      ['alone', ''],
      ['white space that kept the connection alive', ' \n\n  \r\n\t'.repeat(50)],
      ['a byte order mark', '\ufeff'],
    ])('converts a whole completion to one chunk: %s', async (_where, start) => {
      for (const bytewise of [false, true]) {
        const seen = read(`${start}${JSON.stringify(completion, null, 2)}\n`, type, bytewise);

        expect(await seen.ended).toBeUndefined();
        expect(seen.values).toMatchObject([
          {
            id: 'chat-1',
            choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
          },
        ]);
        expect(seen.values[0]?.usage).toEqual(completion.usage);
      }
    });

    it.each([
      [{ error: { message: 'Too long', code: 'context_length_exceeded' } }, 'invalid_request'],
      [{ error: 'Overloaded', code: 'overloaded' }, 'overloaded'],
      [[{ error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } }], 'rate_limit'],
      [{ choices: null, base_resp: { status_code: 1004, status_msg: 'Login fail' } }, undefined],
      [{ detail: 'Not allowed' }, 'provider'],
    ])('errors with the error in %j', async (body, kind) => {
      const seen = read(JSON.stringify(body), type);

      expect(await seen.ended).toBeInstanceOf(StreamError);
      expect(await seen.ended).toMatchObject(kind === undefined ? {} : { kind });
      expect(seen.values).toEqual([]);
    });

    it.each([
      ['a web page', '<!doctype html><title>Sign in to secret-page</title>', 'web page'],
      ['a web page after white space', '\n\n  <html>secret-page</html>', 'web page'],
      ['other JSON', '{"object":"list","data":["secret-page"]}', 'JSON'],
      ['a list', '["secret-page"]', 'JSON'],
    ])('rejects %s, and shows nothing of it', async (_what, body, word) => {
      const error = await read(body, type).ended;

      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ kind: 'protocol', retryable: false });
      expect((error as Error).message).toContain(word);
      expect((error as Error).message).toContain('baseURL');
      expect((error as Error).message).not.toContain('secret-page');
    });

    it.each(['{"choices":[{"ind', '[', '{', '{]'])('rejects the broken JSON %s', async (body) => {
      const error = await read(body, type).ended;

      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ kind: 'parse' });
    });

    it.each(['', ' \n\r\n\t '])('treats the empty body %j as a truncated stream', async (body) => {
      for (const bytewise of [false, true]) {
        const error = await read(body, type, bytewise).ended;

        expect(error).toBeInstanceOf(StreamError);
        expect(error).toMatchObject({ kind: 'truncated', retryable: true });
      }
    });
  });

  it.each(['Service is starting', 'ok', 'd', 'database: offline', 'null', '7'])(
    'rejects the plain text "%s"',
    async (body) => {
      for (const bytewise of [false, true]) {
        const seen = read(body, 'text/plain', bytewise);

        expect(await seen.ended).toBeInstanceOf(ProtocolError);
        expect((await seen.ended) as Error).toMatchObject({ kind: 'protocol', retryable: false });
      }
    },
  );

  it('rejects plain text at once, before its end', async () => {
    const exchange = concat(of(head(200, { 'content-type': 'text/plain' }), data('Service is starting')), of());
    const seen = observe(createClient({ baseURL, transport: fakeTransport(exchange).transport }).chat(chatRequest));

    expect(await seen.ended).toBeInstanceOf(ProtocolError);
  });

  it('treats an event stream without events as truncated', async () => {
    for (const body of ['Service is starting', ': comment\n\n', 'data: \n\n', 'event: ping\n\n']) {
      expect(await read(body).ended).toMatchObject({ name: 'StreamError', kind: 'truncated' });
    }
  });

  it('reads a completion of the legacy endpoint, streamed or whole', async () => {
    const legacy = { id: 'c-1', choices: [{ index: 0, text: 'Once', finish_reason: 'stop' }] };
    for (const body of [eventStream(legacy, '[DONE]'), JSON.stringify(legacy)]) {
      const client = createClient({ baseURL, transport: fakeTransport(answer(body)).transport });
      const seen = observe(client.completions({ model: 'small', prompt: 'Once' }));

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toMatchObject([legacy]);
    }
  });

  it('reads a whole answer with several choices and tool calls', async () => {
    const call = { id: 'call-1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const choices = [
      { index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' },
      { index: 1, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
    ];
    const seen = read(JSON.stringify({ ...completion, choices }), 'application/json', false, 2);

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toMatchObject([
      {
        choices: [
          { index: 0, delta: { tool_calls: [call] } },
          { index: 1, delta: { content: 'Hi' } },
        ],
      },
    ]);
  });

  it('errors with an LlmError, whatever the body', async () => {
    for (const body of ['<html>', '{', '[1]', '', 'data: x\n\n', eventStream({ error: 'no' })]) {
      expect(isLlmError(await read(body).ended)).toBe(true);
    }
  });
});
