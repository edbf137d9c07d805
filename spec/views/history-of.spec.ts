import { of } from 'rxjs';
import { accumulateMessage, type ChatMessage, historyOf, type ReplyStatus, type Turn } from '../../src/index.js';
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
