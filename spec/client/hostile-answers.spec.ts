import { lastValueFrom, type Observable, of } from 'rxjs';
import {
  type ChatCompletionChunk,
  type Client,
  createClient,
  reasoningDeltas,
  textDeltas,
  toMessage,
  toolCalls,
  toUsage,
} from '../../src/index.js';
import { answer, type AnswerConfig, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';

function clientFor(body: string, config?: AnswerConfig): Client {
  const { transport } = fakeTransport(answer(body, config));
  return createClient({ baseURL: 'http://server.test/v1', transport });
}

function chat(...payloads: readonly unknown[]): Observable<ChatCompletionChunk> {
  return clientFor(eventStream(...payloads, '[DONE]')).chat(chatRequest);
}

/** Deeper than any stack. */
const depth = 100_000;
const lists = '['.repeat(depth) + ']'.repeat(depth);
const parts = `${'{"type":"text","text":['.repeat(depth)}${']}'.repeat(depth)}`;
const calls = `${'{"function_call":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a client of a hostile server', () => {
  it.each([
    ['text', `{"choices":[{"delta":{"content":[${parts}]}}]}`],
    ['reasoning', `{"choices":[{"delta":{"reasoning_details":${lists}}}]}`],
    ['an unknown field', `{"choices":[{"delta":{"x":${lists}}}]}`],
    ['the arguments of a tool', `{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"x":${lists}}}}]}}]}`],
    ['a message instead of a delta', `{"choices":[{"message":${calls}}]}`],
    ['usage', `{"choices":[],"usage":{"prompt_tokens":1,"x":${lists}}}`],
    ['an error', `{"error":{"message":${lists}}}`],
    ['a bare list', lists],
  ])('rejects %s nested 100,000 times', async (_what, document) => {
    const seen = observe(chat(textChunk('Hel'), document));

    expect(await seen.ended).toMatchObject({ name: 'ProtocolError', kind: 'parse', retryable: false });
    expect(seen.values).toHaveLength(1);
  });

  it('allows the nesting of real answers', async () => {
    const schema = JSON.parse('['.repeat(400) + ']'.repeat(400)) as unknown;
    const message = await lastValueFrom(
      chat({ choices: [{ delta: { x: schema }, finish_reason: 'stop' }] }).pipe(toMessage()),
    );

    expect(JSON.stringify(message.extra['x'])).toBe(JSON.stringify(schema));
  });

  it('judges an error by its status, however deeply its body is nested', async () => {
    const body = `{"message":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    const client = clientFor(body, { status: 429 });

    expect(await observe(client.chat(chatRequest)).ended).toMatchObject({ name: 'RateLimitError', status: 429 });
    expect(await observe(clientFor(body).models()).ended).toMatchObject({ name: 'ProtocolError', kind: 'parse' });
  });

  it('cuts off long words of errors', async () => {
    const long = 'x'.repeat(1_000_000);
    const error = { message: long, code: long, type: long, param: long };

    for (const source of [chat({ error }), clientFor(JSON.stringify({ error }), { status: 400 }).chat(chatRequest)]) {
      expect(JSON.stringify(await observe(source).ended).length).toBeLessThan(5000);
    }
  });

  it('reads 200,000 documents in one event', async () => {
    const seen = observe(chat(Array<string>(200_000).fill('data: {"choices":[]}').join('\n').slice(6)));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(200_000);
  });

  it('emits the documents before an error in the same event', async () => {
    const seen = observe(chat('{}\ndata: {"error":"no"}\ndata: {}'));

    expect(await seen.ended).toMatchObject({ name: 'StreamError', message: 'no' });
    expect(seen.values).toHaveLength(1);
  });

  it.each([
    ['3000', '\u3000'],
    ['a0', '\u00a0'],
    ['feff', '\ufeff\ufeff'],
  ])('rejects at once a body that begins with U+%s', async (_code, space) => {
    const pieces = Array.from({ length: 1000 }, () => data(space));
    const { transport } = fakeTransport(of(head(), data('\ufeff'), ...pieces));
    const client = createClient({ baseURL: 'http://server.test/v1', transport });

    expect(await observe(client.chat(chatRequest)).ended).toMatchObject({ name: 'ProtocolError' });
  });

  it.each([
    [-0, 0],
    [0, 0],
  ])('reads the index %p as %p', async (index, expected) => {
    const chunk = `{"choices":[{"index":${Object.is(index, -0) ? '-0' : index},"delta":{},"finish_reason":"stop"}]}`;

    expect(await lastValueFrom(chat(chunk))).toStrictEqual({
      choices: [{ index: expected, delta: {}, finish_reason: 'stop' }],
    });
  });

  it.each(['1.5', '-1', '"0"', '1e400', '[0]', '{}', 'true', '-1e-9'])(
    'rejects %s as the index of a choice or tool call',
    async (index) => {
      for (const chunk of [
        `{"choices":[{"index":${index},"delta":{}}]}`,
        `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index}}]}}]}`,
      ]) {
        expect(await observe(chat(chunk)).ended).toMatchObject({ name: 'ProtocolError', kind: 'protocol' });
      }
    },
  );

  it.each(['128', '4294967296', '9007199254740993', '1e300'])('limits the index %s', async (index) => {
    for (const chunk of [
      `{"choices":[{"index":${index},"delta":{}}]}`,
      `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index}}]}}]}`,
    ]) {
      const several = clientFor(eventStream(chunk)).chat({ ...chatRequest, n: 2 });

      expect(await observe(several).ended).toMatchObject({ name: 'LimitError' });
    }
  });

  it.each([
    { choices: {} },
    { choices: 'none' },
    { choices: [[]] },
    { choices: [null] },
    { choices: [{ delta: [] }] },
    { choices: [{ delta: { content: { text: 'x' } } }] },
    { choices: [{ delta: { content: [7] } }] },
    { choices: [{ delta: { tool_calls: { index: 0 } } }] },
    { choices: [{ delta: { tool_calls: [[]] } }] },
    { choices: [{ delta: { tool_calls: [{ function: [] }] } }] },
    { choices: [{ delta: { tool_calls: [{ function: { arguments: [1] } }] } }] },
    { choices: [{ finish_reason: 7 }] },
    [{ choices: [] }, { choices: [] }],
  ])('errors with ProtocolError for %j', async (chunk) => {
    const seen = observe(chat(textChunk('Hel'), chunk).pipe(toMessage()));

    expect(await seen.ended).toMatchObject({ name: 'ProtocolError', kind: 'parse', partial: { content: 'Hel' } });
  });

  it.each([
    { prompt_tokens: 'five', completion_tokens: { a: 1 } },
    { prompt_tokens: [1], completion_tokens: true, total_tokens: '9' },
  ])('reads no usage from %j', async (usage) => {
    const seen = observe(chat({ choices: [], x_groq: { usage } }).pipe(toUsage()));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([]);
  });

  it.each([7, 'x', null, [], { text: 7 }, [[['x']]], [{ text: { text: 'x' } }], [null, 7]])(
    'reads no reasoning from %j',
    async (details) => {
      const chunk = { choices: [{ delta: { reasoning_details: details }, logprobs: null, finish_reason: 'stop' }] };
      const seen = observe(chat(chunk).pipe(reasoningDeltas()));

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toEqual([]);
    },
  );

  it('keeps lone surrogates and NUL, in texts and in ids', async () => {
    const chunk = (content: string): string =>
      `{"choices":[{"delta":{"content":"${content}","tool_calls":[{"id":"a\\u0000","function":{"name":"f\\ud83d"}}]}}]}`;
    const finish = { choices: [{ delta: {}, finish_reason: 'tool_calls' }] };
    const source = chat(chunk('\\ud83d'), chunk('\\ude00\\u0000'), finish);

    expect(await lastValueFrom(source.pipe(toMessage()))).toMatchObject({ content: '😀\0' });
    expect(await lastValueFrom(source.pipe(toolCalls()))).toMatchObject({ id: 'a\0', name: 'f\ud83d' });
  });

  it('uses the last of two fields of the same name', async () => {
    const chunk = '{"choices":[{"delta":{"content":"a","content":"b"},"finish_reason":"stop"}],"id":"1","id":"2"}';

    expect(await lastValueFrom(chat(chunk))).toMatchObject({ id: '2', choices: [{ delta: { content: 'b' } }] });
  });

  it('reads a huge retry field and a byte order mark in the middle', async () => {
    const body = `retry: 99999999999999999999\ndata: ${JSON.stringify(textChunk('\ufeff', 'stop'))}\n\n\ufeffdata: x\n\n`;
    const seen = observe(clientFor(body).chat(chatRequest).pipe(textDeltas()));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['\ufeff']);
  });
});
