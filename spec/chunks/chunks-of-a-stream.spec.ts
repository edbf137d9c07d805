import { from, lastValueFrom, materialize, type Observable, toArray } from 'rxjs';
import { type Client, createClient } from '../../src/client/create-client.js';
import { isLlmError, type LlmError } from '../../src/errors/llm-error.js';
import { toMessage } from '../../src/operators/accumulate-message.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';
import { answer, chatRequest, fakeTransport } from '../support/answers.js';

/** An event: its data, or its fields if it has a name. */
type Sent = string | object | NamedEvent;

interface NamedEvent {
  readonly event: string;
  readonly data: string;
}

function isNamed(sent: Sent): sent is NamedEvent {
  return typeof sent === 'object' && 'data' in sent && 'event' in sent;
}

function toEvent(sent: Sent): string {
  if (!isNamed(sent)) {
    return toEvent({ event: 'message', data: typeof sent === 'string' ? sent : JSON.stringify(sent) });
  }
  const lines = sent.data.split('\n').map((line) => `data: ${line}\n`);
  return `event: ${sent.event}\n${lines.join('')}\n`;
}

interface Outcome<Chunk> {
  readonly chunks: readonly Chunk[];
  readonly error: LlmError | undefined;
}

async function read<Chunk>(ask: (client: Client) => Observable<Chunk>, sent: readonly Sent[]): Promise<Outcome<Chunk>> {
  const client = createClient({
    baseURL: 'http://server.test/v1',
    apiKey: 'sk-secret',
    limits: { choices: 4, toolCalls: 3 },
    transport: fakeTransport(answer(sent.map(toEvent).join(''))).transport,
  });
  const notifications = await lastValueFrom(ask(client).pipe(materialize(), toArray()));
  const last = notifications.at(-1);
  const error: unknown = last?.kind === 'E' ? last.error : undefined;
  if (error !== undefined && !isLlmError(error)) {
    throw error;
  }
  return { chunks: notifications.flatMap((item) => (item.kind === 'N' ? [item.value] : [])), error };
}

/** Two choices are asked for, since the index of a single one does not matter. */
const chat = (...sent: readonly Sent[]): Promise<Outcome<ChatCompletionChunk>> =>
  read((client) => client.chat({ ...chatRequest, n: 2 }), sent);
const legacy = (...sent: readonly Sent[]): Promise<Outcome<CompletionChunk>> =>
  read((client) => client.completions({ model: 'small', prompt: 'Hi', n: 2 }), sent);

const piece = (content: string, more: object = {}): object => ({
  id: 'c',
  choices: [{ index: 0, delta: { content }, ...more }],
});
const stop = { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

const contents = ({ chunks }: Outcome<ChatCompletionChunk>): readonly unknown[] =>
  chunks.map((chunk) => chunk.choices.map((choice) => choice.delta.content ?? null));

describe('the chunks of a stream', () => {
  describe('checks at the end whether the stream is complete', () => {
    it.each<[string, readonly Sent[], string | undefined]>([
      ['[DONE] after a finish reason', [piece('a'), stop, '[DONE]'], undefined],
      ['[DONE] with no finish reason', [piece('a'), '[DONE]'], undefined],
      ['[DONE] alone', ['[DONE]'], undefined],
      ['[DONE] with white space', [piece('a'), ' [DONE] \t'], undefined],
      ['an end after a finish reason', [piece('a'), stop], undefined],
      ['an end after finish reason and usage', [piece('a'), stop, { choices: [], usage: {} }], undefined],
      ['an end with no finish reason', [piece('a')], 'truncated'],
      ['an end after usage without a finish reason', [piece('a'), { choices: [], usage: {} }], 'truncated'],
      ['an empty finish reason, which counts as none', [piece('a', { finish_reason: '' })], 'truncated'],
      [
        'an end after one of two choices finished',
        [piece('a'), { choices: [{ index: 1, delta: {} }] }, stop],
        'truncated',
      ],
      ['an end before any chunk', [], 'truncated'],
      ['an end after chunks without choices', [{ choices: [], usage: {} }], 'truncated'],
    ])('%s', async (_title, sent, kind) => {
      const { error } = await chat(...sent);

      expect(error?.kind).toBe(kind);
      expect(error?.name).toBe(kind && 'StreamError');
    });

    it('tells whether a truncated stream had any chunks, and is retryable', async () => {
      expect((await chat()).error).toMatchObject({
        message: 'The stream ended before its first chunk',
        retryable: true,
      });
      expect((await chat(piece('a'))).error).toMatchObject({ retryable: true });
    });

    it('counts content after a finish reason as content', async () => {
      expect(contents(await chat(piece('a', { finish_reason: 'stop' }), piece('b')))).toEqual([['a'], ['b']]);
    });
  });

  describe('repairs what servers do differently', () => {
    it.each<[string, Sent, object]>([
      ['choices that are null', { choices: null }, { choices: [] }],
      ['no choices at all beside usage', { usage: {} }, { choices: [] }],
      [
        'a choice without index',
        { choices: [{ delta: {} }, { delta: {} }] },
        { choices: [{ index: 0 }, { index: 1 }] },
      ],
      ['a choice without delta', { choices: [{ index: 0 }] }, { choices: [{ index: 0, delta: {} }] }],
      ['a delta that is null', { choices: [{ index: 0, delta: null }] }, { choices: [{ delta: {} }] }],
      [
        'role, content and tool calls that are null',
        { choices: [{ delta: { role: null, content: null, tool_calls: null } }] },
        {},
      ],
      [
        'an unknown finish reason',
        { choices: [{ delta: {}, finish_reason: 'eos' }] },
        { choices: [{ finish_reason: 'eos' }] },
      ],
      [
        'unknown fields everywhere',
        { p: 1, choices: [{ q: 2, delta: { r: 3 } }] },
        { p: 1, choices: [{ q: 2, delta: { r: 3 } }] },
      ],
      ['an invalid created', { created: 0.5, choices: [] }, { created: 0.5 }],
      [
        'content sent as a list',
        { choices: [{ delta: { content: [{ type: 'text', text: 'a' }] } }] },
        { choices: [{ delta: { content: [{ text: 'a' }] } }] },
      ],
      [
        'arguments sent as an object',
        { choices: [{ delta: { tool_calls: [{ function: { arguments: { a: 1 } } }] } }] },
        {},
      ],
      ['an error that is null', { error: null, choices: [] }, { choices: [] }],
      ['an error that is an empty object', { error: {}, choices: [] }, { choices: [] }],
    ])('%s', async (_title, sent, expected) => {
      const { chunks, error } = await chat(sent, '[DONE]');

      expect(error).toBeUndefined();
      expect(chunks).toEqual([expect.objectContaining({})]);
      expect(chunks[0]).toMatchObject(expected);
    });

    it('skips data that only keeps the connection alive', async () => {
      const pings: Sent[] = [
        '',
        ' ',
        'null',
        ': keepalive',
        ' : OPENROUTER PROCESSING',
        '{"type":"ping"}',
        { type: 'keepalive', sequence_number: 1 },
        { event: 'ping', data: '{}' },
        '0',
        'true',
      ];

      expect(contents(await chat(...pings, piece('a'), '[DONE]'))).toEqual([['a']]);
    });

    it('reads several documents in one event', async () => {
      const joined = `${JSON.stringify(piece('a'))}\n${JSON.stringify(piece('b'))}\n[DONE]`;

      expect(contents(await chat(joined))).toEqual([['a'], ['b']]);
    });

    it('reads a document over several lines', async () => {
      expect(contents(await chat(JSON.stringify(piece('a'), null, 2), '[DONE]'))).toEqual([['a']]);
    });

    it('reads only the new text of messages that repeat the whole text', async () => {
      const whole = (content: string, more: object = {}): object => ({
        choices: [{ index: 0, message: { role: 'assistant', content }, ...more }],
      });

      expect(contents(await chat(whole('Hel'), whole('Hello'), whole('Hello!', { finish_reason: 'stop' })))).toEqual([
        ['Hel'],
        ['lo'],
        ['!'],
      ]);
    });

    it('reads only the new text of a whole message after deltas', async () => {
      const whole = { choices: [{ index: 0, message: { content: 'Hello', tool_calls: null }, finish_reason: 'stop' }] };

      expect(contents(await chat(piece('Hel'), piece('lo'), whole))).toEqual([['Hel'], ['lo'], ['']]);
    });

    it('reads the tool calls of whole messages once, with or without a finish reason', async () => {
      const call = (text: string): object => ({ id: 'c0', type: 'function', function: { name: 'f', arguments: text } });
      const whole = (text: string, more: object = {}): object => ({
        choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call(text)] }, ...more }],
      });
      const { chunks } = await chat(whole('{"a"'), whole('{"a":1}'), whole('{"a":1}'), '[DONE]');
      const message = await lastValueFrom(from(chunks).pipe(toMessage()));

      expect(message.toolCalls).toMatchObject([{ id: 'c0', name: 'f', arguments: '{"a":1}', complete: true }]);
    });

    it('prefers the delta if a choice has a message as well', async () => {
      const sent = { choices: [{ index: 0, message: { content: 'Hello' }, delta: { content: 'lo' } }] };

      expect(contents(await chat(sent, '[DONE]'))).toEqual([['lo']]);
    });

    it('rejects an invalid delta in a legacy chunk', async () => {
      expect((await legacy({ choices: [{ delta: { tool_calls: { a: 1 } } }] })).error).toMatchObject({ kind: 'parse' });
      expect((await legacy({ choices: [{ delta: 'abc' }] })).error).toMatchObject({ kind: 'parse' });
    });

    it('repairs legacy chunks in the same way', async () => {
      const { chunks, error } = await legacy({ choices: [{ text: 'a' }] }, { choices: [{ delta: {} }] }, '[DONE]');

      expect(error).toBeUndefined();
      expect(chunks).toEqual([{ choices: [{ index: 0, text: 'a' }] }, { choices: [{ index: 0, delta: {} }] }]);
    });
  });

  describe('of messages that repeat the whole answer', () => {
    const whole = (message: unknown, index = 0): object => ({ choices: [{ index, message }] });
    const deltas = async (...sent: readonly object[]): Promise<readonly unknown[]> =>
      (await chat(...sent, '[DONE]')).chunks.map(({ choices: [choice] }) => choice?.delta);
    const texts = (count: number, length: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, position) => [`x${position}`, 'y'.repeat(length)]));

    it('emits what each adds to its choice, lists included', async () => {
      expect(
        await deltas(
          whole({ content: 'Hel', citations: ['a'] }),
          whole({ content: 'Other' }, 1),
          whole({ content: 'Hello', citations: ['a', 'b'] }),
        ),
      ).toEqual([{ content: 'Hel', citations: ['a'] }, { content: 'Other' }, { content: 'lo', citations: ['b'] }]);
    });

    it.each([[null], ['text'], [4], [['a']]])('emits an empty delta for the message %j', async (message) => {
      expect(await deltas(whole(message))).toEqual([{}]);
    });

    it('emits only the new part of a tool call after deltas', async () => {
      const call = (text: string): object => ({ index: 0, function: { name: 'f', arguments: text } });
      const delta = { content: 'Hel', tool_calls: [call('{"a"')] };

      expect(
        await deltas({ choices: [{ delta }] }, whole({ content: 'Hello', tool_calls: [call('{"a":1}')] })),
      ).toEqual([delta, { content: 'lo', tool_calls: [{ index: 0, function: { name: '', arguments: ':1}' } }] }]);
    });

    it('remembers 1,024 fields of a choice, and repeats others whole', async () => {
      const [, second, third] = await deltas(
        whole(texts(1026, 1)),
        whole(texts(1026, 3)),
        whole({ x0: 'yyyyy', x1023: 'yyyyy', x1024: 'yyyyy' }),
      );

      expect(Object.values(second as object).map((text: string) => text.length)).toEqual([
        ...Array<number>(1024).fill(2),
        3,
        3,
      ]);
      expect(third).toEqual({ x0: 'yy', x1023: 'yy', x1024: 'yyyyy' });
    });

    it('remembers the fields of each choice separately', async () => {
      const [, , third] = await deltas(
        whole(texts(2000, 1)),
        whole({ content: 'Hel' }, 1),
        whole({ content: 'Hello' }, 1),
      );

      expect(third).toEqual({ content: 'lo' });
    });

    it('remembers fields with inherited names', async () => {
      const message = (text: string): object => whole(JSON.parse(`{"toString":"${text}","constructor":"${text}"}`));
      const [, second] = await deltas(message('a'), message('ab'));

      expect(Object.entries(second as object)).toEqual([
        ['toString', 'b'],
        ['constructor', 'b'],
      ]);
    });
  });

  describe('recognizes every form of error before it validates a chunk', () => {
    const named = { message: 'no more', type: 'insufficient_quota', code: 'insufficient_quota' };
    it.each<[string, Sent, object]>([
      [
        'an error object',
        { error: named },
        { kind: 'quota', retryable: false, code: 'insufficient_quota', message: 'no more' },
      ],
      [
        'an error event',
        {
          event: 'error',
          data: JSON.stringify({ error: { message: 'm', code: 'tool_use_failed', status_code: 400 } }),
        },
        { kind: 'invalid_request', code: 'tool_use_failed' },
      ],
      [
        'an error event that is not JSON',
        { event: 'error', data: 'went wrong' },
        { kind: 'provider', message: 'went wrong' },
      ],
      [
        'an error beside choices and usage',
        { error: { code: 400, message: 'm' }, choices: [{ delta: {} }], usage: {} },
        { kind: 'invalid_request', code: '400' },
      ],
      [
        'a flat error',
        { object: 'error', message: 'm', type: 'BadRequestError', code: 400 },
        { kind: 'invalid_request', message: 'm' },
      ],
      [
        'an error that is text',
        { error: 'out of memory' },
        { kind: 'provider', retryable: true, message: 'out of memory' },
      ],
      ['a message without choices', { message: 'm' }, { kind: 'provider', message: 'm' }],
      ['a detail without choices', { detail: 'm' }, { message: 'm' }],
      [
        'the Anthropic form',
        { type: 'error', error: { type: 'overloaded_error', message: 'm' } },
        { kind: 'overloaded', retryable: true, type: 'overloaded_error' },
      ],
      ['the Groq form', { x_groq: { error: 'over capacity' }, choices: [] }, { message: 'over capacity' }],
      [
        'the MiniMax form',
        { base_resp: { status_code: 1004, status_msg: 'm' }, choices: null },
        { code: '1004', message: 'm' },
      ],
      [
        'an error in a list',
        [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'm', details: [{ retryDelay: '34.4s' }] } }],
        { kind: 'rate_limit', retryable: true, retryAfter: 34_400 },
      ],
      [
        'a rate limit',
        { error: { code: 'rate_limit_exceeded', message: 'm' } },
        { kind: 'rate_limit', retryable: true },
      ],
      [
        'a used-up daily quota',
        { error: { code: 429, message: 'm', details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }] } },
        { kind: 'quota', retryable: false },
      ],
      [
        'an exceeded quota with the status of a rate limit',
        { error: { code: 429, type: 'insufficient_quota', message: 'm' } },
        { kind: 'quota', retryable: false },
      ],
      [
        'an overload with its status',
        { error: { code: 503, type: 'overloaded_error', message: 'm' } },
        { kind: 'overloaded' },
      ],
      ['a server error', { error: { type: 'server_error', message: 'm' } }, { kind: 'server', retryable: true }],
    ])('%s', async (_title, sent, expected) => {
      const { chunks, error } = await chat(piece('kept'), Array.isArray(sent) ? JSON.stringify(sent) : sent, '[DONE]');

      expect(chunks).toHaveLength(1);
      expect(error).toMatchObject({ name: 'StreamError', ...expected });
    });

    it.each(['error', 'abort', 'network_error', 'insufficient_system_resource'])(
      'the finish reason %s, after its chunk',
      async (finish_reason) => {
        const outcome = await chat(piece('kept', { finish_reason }), '[DONE]');

        expect(contents(outcome)).toEqual([['kept']]);
        expect(outcome.error).toMatchObject({ name: 'StreamError', kind: 'provider', code: finish_reason });
      },
    );

    it('removes a key that the server repeats from the error', async () => {
      const { error } = await chat({ error: { message: 'bad key sk-secret', code: 'sk-secret', type: 'sk-secret' } });

      expect(JSON.stringify([error, error?.message, error?.stack])).not.toContain('sk-secret');
    });

    it('emits the chunks before an error in the same event', async () => {
      const outcome = await chat(`${JSON.stringify(piece('a'))}\n${JSON.stringify({ error: 'm' })}`);

      expect(contents(outcome)).toEqual([['a']]);
      expect(outcome.error?.kind).toBe('provider');
    });
  });

  describe('rejects invalid chunks without showing them', () => {
    it.each<[string, Sent]>([
      ['text', 'private reply'],
      ['broken JSON', '{"choices":[{"delta":{"content":"private reply'],
      ['a JSON string', '"private reply"'],
      ['a list', '["private reply"]'],
      ['choices that are not a list', { choices: 'private reply' }],
      ['a choice that is not an object', { choices: ['private reply'] }],
      ['a delta that is text', { choices: [{ delta: 'private reply' }] }],
      ['content that is an object', { choices: [{ delta: { content: { text: 'private reply' } } }] }],
    ])('%s', async (_title, sent) => {
      const { chunks, error } = await chat(piece('kept'), sent, '[DONE]');

      expect(chunks).toHaveLength(1);
      expect(error).toMatchObject({ name: 'ProtocolError', kind: 'parse', retryable: false });
      expect(error?.cause).toBeUndefined();
      expect(`${error?.stack ?? ''} ${JSON.stringify(error)}`).not.toContain('private');
    });
  });

  describe('checks the indices of choices and tool calls', () => {
    const call = (index: unknown): object => ({ choices: [{ delta: { tool_calls: [{ index }] } }] });
    it.each<[string, object, object]>([
      ['a negative choice', { choices: [{ index: -1 }] }, { name: 'ProtocolError', kind: 'protocol' }],
      ['half a choice', { choices: [{ index: 0.5 }] }, { name: 'ProtocolError', kind: 'protocol' }],
      ['a choice named', { choices: [{ index: '__proto__' }] }, { name: 'ProtocolError', kind: 'protocol' }],
      ['a choice at the limit', { choices: [{ index: 4 }] }, { name: 'LimitError', limit: 'choices', maximum: 4 }],
      ['a negative tool call', call(-1), { name: 'ProtocolError', kind: 'protocol' }],
      ['a tool call named', call('0'), { name: 'ProtocolError', kind: 'protocol' }],
      ['a tool call at the limit', call(3), { name: 'LimitError', limit: 'toolCalls', maximum: 3 }],
    ])('%s', async (_title, sent, expected) => {
      expect((await chat(sent, '[DONE]')).error).toMatchObject(expected);
    });

    it('allows the highest index below the limit', async () => {
      expect((await chat({ choices: [{ index: 3 }] }, call(2), '[DONE]')).error).toBeUndefined();
    });
  });

  it('never sets a prototype from a key of the server', async () => {
    const { chunks } = await chat(
      '{"__proto__":{"polluted":1},"choices":[{"__proto__":{"polluted":1},"delta":{"__proto__":{"polluted":1},"content":"a"}}]}',
      '[DONE]',
    );
    const [chunk] = chunks;

    expect(contents({ chunks, error: undefined })).toEqual([['a']]);
    for (const object of [chunk, chunk?.choices[0], chunk?.choices[0]?.delta, {}]) {
      expect((object as { polluted?: unknown }).polluted).toBeUndefined();
    }
  });

  it.each(['{"polluted":1}', 'null', '"text"'])('leaves out a field __proto__ with the value %s', async (value) => {
    const { chunks } = await chat(
      `{"__proto__":${value},"choices":[{"__proto__":${value},"delta":{"__proto__":${value},"content":"a"}}]}`,
      '[DONE]',
    );
    const [chunk] = chunks;

    for (const object of [chunk, chunk?.choices[0], chunk?.choices[0]?.delta]) {
      expect(Object.getPrototypeOf(Object.assign({}, object))).toBe(Object.prototype);
    }
  });
});
