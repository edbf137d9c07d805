import { from, lastValueFrom, of } from 'rxjs';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { toMessageParam } from '../../src/chunks/to-message-param.js';
import { accumulateMessage, toMessage } from '../../src/operators/accumulate-message.js';
import type { AssistantMessage } from '../../src/schemas/chat-message.js';
import { chatChunk, finishChunk, legacyChunk } from '../support/chunks.js';

/** The history message for an answer. */
async function paramOf(...source: readonly AnswerChunk[]): Promise<AssistantMessage> {
  return toMessageParam(await lastValueFrom(from(source).pipe(toMessage())));
}

const call = (entry: object): AnswerChunk => chatChunk({ tool_calls: [entry] });
const whole = call({ index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } });
const finish = finishChunk('tool_calls');
const calls = [{ id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] as const;

describe('toMessageParam', () => {
  it.each([
    ['a chunk', finish],
    ['a message of a request', { role: 'assistant', content: 'Hi' }],
    ['nothing', undefined],
  ])('throws a TypeError that says where a message comes from for %s', (_, value) => {
    const reason = 'toMessageParam() takes a message, such as toMessage() emits';

    expect(() => toMessageParam(value as never)).toThrow(new TypeError(reason));
  });

  it.each<[string, readonly AnswerChunk[], AssistantMessage]>([
    [
      'text',
      [chatChunk({ role: 'model', content: 'Hel' }), chatChunk({ content: 'lo' }), finishChunk()],
      { role: 'assistant', content: 'Hello' },
    ],
    ['legacy text', [legacyChunk('Hello', 'stop')], { role: 'assistant', content: 'Hello' }],
    ['an empty answer', [finishChunk()], { role: 'assistant', content: '' }],
    [
      'a refusal',
      [chatChunk({ content: null, refusal: 'No.' }), finishChunk()],
      { role: 'assistant', content: null, refusal: 'No.' },
    ],
    ['tool calls', [whole, finish], { role: 'assistant', content: null, tool_calls: calls }],
    [
      'text and tool calls',
      [chatChunk({ content: 'Wait' }), whole, finish],
      { role: 'assistant', content: 'Wait', tool_calls: calls },
    ],
    [
      'a call of a custom tool',
      [call({ id: 'c0', type: 'custom', custom: { name: 'f', input: 'raw' } }), finish],
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c0', type: 'custom', custom: { name: 'f', input: 'raw' } }],
      },
    ],
    [
      'a call without id and arguments',
      [call({ function: { name: 'f' } }), finish],
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_0_0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [
      'a call whose arguments are not JSON, which vLLM and llama.cpp refuse',
      [call({ id: 'c0', function: { name: 'f', arguments: '{"a":' } }), finish],
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [
      'the deprecated function call',
      [chatChunk({ function_call: { name: 'f', arguments: '{}' } }), finishChunk('function_call')],
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
    ],
    [
      'an audio answer to its id',
      [chatChunk({ audio: { id: 'au', transcript: 'Hel' } }), chatChunk({ audio: { data: 'AA' } }), finishChunk()],
      { role: 'assistant', content: '', audio: { id: 'au' } },
    ],
  ])('converts %s', async (_title, source, expected) => {
    await expect(paramOf(...source)).resolves.toStrictEqual(expected);
  });

  it.each(['length', 'content_filter'])('leaves out the calls of an answer that ended with %s', async (reason) => {
    const functionCall = chatChunk({ function_call: { name: 'f', arguments: '{"a' } });

    await expect(paramOf(whole, functionCall, finishChunk(reason))).resolves.toStrictEqual({
      role: 'assistant',
      content: '',
    });
  });

  it('leaves out the calls of an unfinished snapshot', () => {
    const seen: AssistantMessage[] = [];
    of(chatChunk({ content: 'Wait' }), whole, finish)
      .pipe(accumulateMessage())
      .subscribe((message) => seen.push(toMessageParam(message)));

    expect(seen.map(({ tool_calls }) => tool_calls)).toEqual([undefined, undefined, calls]);
  });

  describe('restores provider-specific fields', () => {
    it('beside a tool call', async () => {
      const extra_content = { google: { thought_signature: 's' } };
      const entry = { id: 'c0', function: { name: 'f', arguments: '{"a":1}' }, extra_content };

      expect((await paramOf(call(entry), finish)).tool_calls).toEqual([{ ...calls[0], extra_content }]);
    });

    it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
      ['reasoning_content', { reasoning_content: 'Let me ' }, { reasoning_content: 'think' }],
      ['reasoning', { reasoning: 'Let me ' }, { reasoning: 'think' }],
      ['reasoning', { reasoning: 'Let me ', reasoning_content: '' }, { reasoning: 'think', reasoning_content: null }],
      ['reasoning', { reasoning_content: '' }, { reasoning: 'Let me think' }],
    ])('in %s', async (key, ...deltas) => {
      const thoughts = deltas.map((delta) => chatChunk(delta));

      await expect(paramOf(...thoughts, chatChunk({ content: 'Hi' }), finishChunk())).resolves.toStrictEqual({
        role: 'assistant',
        content: 'Hi',
        [key]: 'Let me think',
      });
      expect((await paramOf(...thoughts, whole, finish))[key]).toBe('Let me think');
    });

    it('even if empty beside tool calls, which DeepSeek requires', async () => {
      const empty = chatChunk({ content: null, reasoning_content: '' });

      expect((await paramOf(empty, whole, finish))['reasoning_content']).toBe('');
      await expect(paramOf(empty, chatChunk({ content: 'Hi' }), finishChunk())).resolves.toStrictEqual({
        role: 'assistant',
        content: 'Hi',
      });
    });

    it('as details instead of their text', async () => {
      const piece = (text: string): AnswerChunk =>
        chatChunk({ reasoning: text, reasoning_details: [{ type: 'reasoning.text', text, index: 0 }] });

      await expect(paramOf(piece('Let me '), piece('think'), finishChunk())).resolves.toStrictEqual({
        role: 'assistant',
        content: '',
        reasoning_details: [{ type: 'reasoning.text', text: 'Let me think', index: 0 }],
      });
    });

    it.each<[string, readonly object[], readonly object[]]>([
      [
        'blocks joined up to their signature',
        [
          { type: 'reasoning.text', text: '', signature: '', format: 'x', index: 0 },
          { type: 'reasoning.text', text: 'a', format: 'x', index: 0 },
          { type: 'reasoning.text', text: 'b', signature: null, format: null, index: 0 },
          { type: 'reasoning.text', signature: 's', format: 'x', index: 0 },
          { type: 'reasoning.text', text: 'c', format: 'x', index: 0 },
        ],
        [
          { type: 'reasoning.text', text: 'ab', signature: 's', format: 'x', index: 0 },
          { type: 'reasoning.text', text: 'c', format: 'x', index: 0 },
        ],
      ],
      [
        'separate blocks by index, type and id',
        [
          { type: 'reasoning.summary', summary: 'a', index: 0 },
          { type: 'reasoning.summary', summary: 'b', index: 0 },
          { type: 'reasoning.text', text: 'c', index: 0 },
          { type: 'reasoning.text', text: 'd', index: 1, id: 'i' },
          { type: 'reasoning.text', text: 'e', index: 1 },
          { type: 'reasoning.text', text: 'f', index: 1, id: 'j' },
        ],
        [
          { type: 'reasoning.summary', summary: 'ab', index: 0 },
          { type: 'reasoning.text', text: 'c', index: 0 },
          { type: 'reasoning.text', text: 'de', index: 1, id: 'i' },
          { type: 'reasoning.text', text: 'f', index: 1, id: 'j' },
        ],
      ],
      [
        'separate blocks if they are encrypted',
        [
          { type: 'reasoning.encrypted', data: 'a' },
          { type: 'reasoning.encrypted', data: 'b' },
        ],
        [
          { type: 'reasoning.encrypted', data: 'a' },
          { type: 'reasoning.encrypted', data: 'b' },
        ],
      ],
    ])('%s', async (_title, pieces, expected) => {
      const chunks = pieces.map((piece) => chatChunk({ reasoning_details: [piece] }));

      expect((await paramOf(...chunks, finishChunk()))['reasoning_details']).toStrictEqual(expected);
    });

    it('as thinking blocks, signatures and encrypted reasoning of other servers', async () => {
      const thinking = (fields: object): AnswerChunk =>
        chatChunk({ thinking_blocks: [{ type: 'thinking', ...fields }] });
      const extra_content = { google: { thought_signature: 's' } };
      const chunks = [
        thinking({ thinking: 'a' }),
        thinking({ thinking: 'b', signature: 's' }),
        chatChunk({ reasoning_text: 'ab', reasoning_opaque: 'x' }),
        chatChunk({ extra_content }),
      ];

      await expect(paramOf(...chunks, finishChunk())).resolves.toStrictEqual({
        role: 'assistant',
        content: '',
        thinking_blocks: [{ type: 'thinking', thinking: 'ab', signature: 's' }],
        reasoning_text: 'ab',
        reasoning_opaque: 'x',
        extra_content,
      });
    });

    it('but no fields that servers reject', async () => {
      const chunk = chatChunk({ content: 'Hi', annotations: [1], channel: 'c', token_id: 7, images: [], name: 'n' });

      await expect(paramOf(chunk, finishChunk())).resolves.toStrictEqual({ role: 'assistant', content: 'Hi' });
    });

    it('as own properties only, whatever names the server sends', async () => {
      const hostile = (text: string): object =>
        JSON.parse(`{"type":"reasoning.text","text":"${text}","__proto__":{"polluted":1}}`) as object;
      const param = await paramOf(
        chatChunk({ reasoning_details: [hostile('a'), hostile('b')] }),
        call(JSON.parse('{"id":"c0","function":{"name":"f"},"__proto__":{"polluted":1}}') as object),
        finish,
      );
      const objects = [param['reasoning_details'] as object[], param.tool_calls ?? []].flat();

      expect(objects).toHaveLength(2);
      expect(objects.map((object) => (object as { polluted?: unknown }).polluted)).toEqual([undefined, undefined]);
    });
  });
});
