import { of } from 'rxjs';
import {
  accumulateMessage,
  type ChatMessage,
  historyOf,
  type ReplyStatus,
  type RunView,
  type Turn,
} from '../../src/index.js';
import { chatChunk } from '../support/chunks.js';
import { observe } from '../support/observe.js';

function turn(prompt: Turn['prompt'], delta: Record<string, unknown>, status: ReplyStatus = 'done'): Turn {
  const [message] = observe(of(chatChunk(delta)).pipe(accumulateMessage())).values;
  return { id: 'turn-1', prompt, reply: { status, message: message! } };
}

const parts = [{ type: 'text', text: 'What is this?' }] as const;
const call = { index: 0, id: 'call-1', function: { name: 'add', arguments: '{}' } };

describe('historyOf', () => {
  it.each<[string, readonly Turn[], readonly ChatMessage[]]>([
    ['no turns', [], []],
    [
      'prompts and replies, in order',
      [turn('a', { content: 'x' }), turn(parts, { content: 'y' })],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'x' },
        { role: 'user', content: parts },
        { role: 'assistant', content: 'y' },
      ],
    ],
    [
      'the text of a stopped reply',
      [turn('a', { content: 'x' }, 'stopped')],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'x' },
      ],
    ],
    [
      'a refusal as text',
      [turn('a', { refusal: 'No' })],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'No' },
      ],
    ],
    [
      'the text of a failed reply',
      [turn('a', { content: 'x' }, 'failed')],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'x' },
      ],
    ],
    ['the prompt of a reply without text', [turn('a', {}, 'failed')], [{ role: 'user', content: 'a' }]],
    ['the prompt of a reply of white space', [turn('a', { content: '\n ' })], [{ role: 'user', content: 'a' }]],
    [
      'a refusal after white space',
      [turn('a', { content: '\n', refusal: 'No' })],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'No' },
      ],
    ],
    [
      'no tool call, because its result is unknown',
      [turn('a', { tool_calls: [call] })],
      [{ role: 'user', content: 'a' }],
    ],
  ])('returns %s', (_, turns, messages) => {
    expect(historyOf(turns)).toEqual(messages);
  });

  describe('of a reply with a run', () => {
    const noon = { id: 'call-2', type: 'function', name: 'time', arguments: '{}', complete: true, extra: {} };
    const rain = { ...noon, id: 'call-1', name: 'weather' };
    const answered = { call: rain, status: 'done', content: 'sunny' } as const;
    const denied = { call: noon, status: 'failed', content: 'No' } as const;
    const open = { call: noon, status: 'waiting' } as const;
    const text = turn('a', { content: 'Let me see' }).reply.message;
    const asking = { ...text, toolCalls: [rain, noon], finishReason: 'tool_calls' };
    const last = turn('a', { content: 'Fine' }).reply.message;

    const history = (status: RunView['status'], turns: RunView['turns'], reply: ReplyStatus): readonly Turn[] => [
      { id: '1', prompt: 'a', reply: { status: reply, message: turns.at(-1)!.message, run: { status, turns } } },
    ];
    const prompt = { role: 'user', content: 'a' };
    const called = (...ids: readonly string[]): object => ({
      role: 'assistant',
      content: 'Let me see',
      tool_calls: ids.map((id) => expect.objectContaining({ id }) as unknown),
    });
    const result = (id: string, content: string): object => ({ role: 'tool', tool_call_id: id, content });

    it.each<[string, readonly Turn[], readonly object[]]>([
      [
        'each turn, with the calls and what the model was told',
        history(
          'done',
          [
            { message: asking, calls: [answered, denied] },
            { message: last, calls: [] },
          ],
          'done',
        ),
        [
          prompt,
          called('call-1', 'call-2'),
          result('call-1', 'sunny'),
          result('call-2', 'No'),
          { role: 'assistant', content: 'Fine' },
        ],
      ],
      [
        'no call that the caller left open',
        history('done', [{ message: asking, calls: [answered, open] }], 'done'),
        [prompt, called('call-1'), result('call-1', 'sunny')],
      ],
      [
        'the text of a turn whose calls were stopped',
        history('calling', [{ message: asking, calls: [answered, open] }], 'stopped'),
        [prompt, { role: 'assistant', content: 'Let me see' }],
      ],
      [
        'the whole turns and the text of one that was stopped',
        history(
          'streaming',
          [
            { message: asking, calls: [answered, denied] },
            { message: { ...last, toolCalls: [{ ...rain, complete: false }] }, calls: [] },
          ],
          'stopped',
        ),
        [
          prompt,
          called('call-1', 'call-2'),
          result('call-1', 'sunny'),
          result('call-2', 'No'),
          { role: 'assistant', content: 'Fine' },
        ],
      ],
      [
        'the turns of a run that failed after them',
        history('failed', [{ message: asking, calls: [answered, denied] }], 'failed'),
        [prompt, called('call-1', 'call-2'), result('call-1', 'sunny'), result('call-2', 'No')],
      ],
    ])('returns %s', (_, turns, messages) => {
      expect(historyOf(turns)).toEqual(messages);
    });

    it('returns items without those that wait for a result', () => {
      const reasoning = { type: 'reasoning', id: 'rs_1', summary: [] } as const;
      const [first, second] = [rain, noon].map(({ id, name }, place) => {
        return { type: 'function_call', id: `fc_${place}`, call_id: id, name, arguments: '{}' } as const;
      });
      const message = { ...asking, output: [reasoning, first!, second!] };
      const itemsOf = (calls: RunView['turns'][number]['calls']): readonly object[] =>
        historyOf(history('done', [{ message, calls }], 'done'), { api: 'responses' });
      const output = (id: string, told: string): object => ({
        type: 'function_call_output',
        call_id: id,
        output: told,
      });

      expect(itemsOf([answered, denied])).toEqual([
        prompt,
        reasoning,
        first,
        second,
        output('call-1', 'sunny'),
        output('call-2', 'No'),
      ]);
      expect(itemsOf([answered, open])).toEqual([
        prompt,
        { role: 'assistant', content: 'Let me see' },
        { type: 'function_call', call_id: 'call-1', name: 'weather', arguments: '{}' },
        output('call-1', 'sunny'),
      ]);
    });
  });

  it('returns input items for responses', () => {
    expect(historyOf([turn(parts, { content: 'x' })], { api: 'responses' })).toEqual([
      { role: 'user', content: [{ type: 'input_text', text: 'What is this?' }] },
      { role: 'assistant', content: 'x' },
    ]);
  });

  it.each<[object, string]>([
    [{ api: 'completions' }, "api must be 'chat' or 'responses', not 'completions'"],
    [{ API: 'chat' }, 'Unknown field "API" in the configuration of historyOf; use api'],
  ])('throws for the configuration %j', (config, message) => {
    expect(() => historyOf([], config)).toThrow(new TypeError(message));
  });
});
