import { joinEntries } from '../../src/server/join-entries.js';
import type { LogEntry } from '../../src/server/stream-log.js';
import { Dice } from '../support/dice.js';

type Fields = Readonly<Record<string, unknown>>;

function numbered(values: readonly unknown[], event?: string): readonly LogEntry[] {
  return values.map((value, place) => ({
    number: place + 1,
    ...(event === undefined ? {} : { event }),
    data: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

function chunk(delta: Fields, choice: Fields = {}, fields: Fields = {}): Fields {
  return { id: 'chat-1', model: 'm-1', ...fields, choices: [{ index: 0, finish_reason: null, ...choice, delta }] };
}

function textDelta(delta: string, fields: Fields = {}): Fields {
  return { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta, ...fields };
}

/** Joins, and shows the numbers and values. */
function joined(values: readonly unknown[], event?: string): readonly unknown[] {
  return joinEntries(numbered(values, event)).map(({ number, data }) => [number, JSON.parse(data) as unknown]);
}

describe('joinEntries', () => {
  it.each<[string, readonly Fields[], Fields]>([
    ['content', [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: '' })], chunk({ content: 'ab' })],
    [
      'content of servers that repeat the role and send null',
      [
        chunk({ role: 'assistant', content: 'a', reasoning_content: null, tool_calls: null }),
        chunk({ role: 'assistant', content: 'b', reasoning_content: null, tool_calls: null }),
      ],
      chunk({ role: 'assistant', content: 'ab', reasoning_content: null, tool_calls: null }),
    ],
    [
      'content with padding, which is left out',
      [chunk({ content: 'a' }, {}, { obfuscation: 'x' }), chunk({ content: 'b' }, {}, { obfuscation: 'yz' })],
      chunk({ content: 'ab' }),
    ],
    ['halves of a character', [chunk({ content: '\ud83d' }), chunk({ content: '\ude00' })], chunk({ content: '😀' })],
    [
      'text of a part, with the number of the last event',
      [
        textDelta('a', { sequence_number: 4, logprobs: [], obfuscation: 'x' }),
        textDelta('b', { sequence_number: 5, logprobs: [] }),
      ],
      textDelta('ab', { sequence_number: 5, logprobs: [] }),
    ],
    [
      'reasoning of a part',
      ['a', 'b'].map((text) => textDelta(text, { type: 'response.reasoning_text.delta' })),
      textDelta('ab', { type: 'response.reasoning_text.delta' }),
    ],
    [
      'content beside empty lists',
      [
        chunk({ content: 'a', tool_calls: [] }, { logprobs: [] }),
        chunk({ content: 'b', tool_calls: [] }, { logprobs: [] }),
      ],
      chunk({ content: 'ab', tool_calls: [] }, { logprobs: [] }),
    ],
  ])('joins %s', (_, values, expected) => {
    expect(joined(values)).toEqual([[values.length, expected]]);
  });

  it.each<[string, readonly Fields[]]>([
    ['an id', [chunk({ content: 'a' }), chunk({ content: 'b' }, {}, { id: 'chat-2' })]],
    ['a choice', [chunk({ content: 'a' }), chunk({ content: 'b' }, { index: 1 })]],
    ['a finish reason', [chunk({ content: 'a' }), chunk({ content: 'b' }, { finish_reason: 'stop' })]],
    ['usage', [chunk({ content: 'a' }), chunk({ content: 'b' }, {}, { usage: { total_tokens: 2 } })]],
    ['a role', [chunk({ role: 'assistant', content: 'a' }), chunk({ content: 'b' })]],
    ['a part', [textDelta('a'), textDelta('b', { content_index: 1 })]],
    ['an item', [textDelta('a'), textDelta('b', { output_index: 1 })]],
    ['a type', [textDelta('a'), textDelta('b', { type: 'response.refusal.delta' })]],
  ])('keeps events apart that differ in %s', (_, values) => {
    expect(joined(values)).toEqual(values.map((value, place) => [place + 1, value]));
  });

  it.each<[string, Fields | string]>([
    ['the same reasoning', chunk({ content: 'a', reasoning_content: 'hm' })],
    ['the same tool call', chunk({ content: 'a', tool_calls: [{ index: 0, function: { arguments: '1' } }] })],
    ['log probabilities', chunk({ content: 'a' }, { logprobs: { content: [{ token: 'a', logprob: -1 }] } })],
    ['log probabilities of a part', textDelta('a', { logprobs: [{ token: 'a', logprob: -1 }] })],
    ['a finish reason', chunk({ content: 'a' }, { finish_reason: 'stop' })],
    ['part of a refusal', textDelta('a', { type: 'response.refusal.delta' })],
    ['part of the arguments of a call', textDelta('a', { type: 'response.function_call_arguments.delta' })],
    ['no content', chunk({ content: null })],
    ['content in parts', chunk({ content: [{ type: 'text', text: 'a' }] })],
    ['two choices', { choices: [chunk({ content: 'a' })['choices'], chunk({ content: 'b' })['choices']].flat() }],
    ['no choice', { choices: [] }],
    ['a list', '[]'],
    ['text that is not JSON', '[DONE]'],
  ])('leaves events as they are that carry %s', (_, value) => {
    const entries = numbered([value, value]);

    expect(joinEntries(entries)).toEqual(entries);
  });

  it('keeps events apart that have another name', () => {
    const entries = [...numbered([textDelta('a')], 'one'), { ...numbered([textDelta('b')], 'two')[0]!, number: 2 }];

    expect(joinEntries(entries)).toEqual(entries);
  });

  it('gives an event that it does not join as it came', () => {
    const data = '{ "choices": [{"index":0,"delta":{"content":"a"}}], "seed": 12345678901234567890 }';
    const entries = numbered([data, '[DONE]']);

    expect(joinEntries(entries)[0]).toBe(entries[0]);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => [seed]))('changes no text, in any mixture, seed %d', (seed) => {
    const dice = new Dice(seed);
    const values = Array.from({ length: 200 }, (_, place) => {
      const text = dice.pick(['', 'a', 'é', '\n', '😀', '"']) + String(place);
      return dice.pick([
        () => chunk({ content: text }),
        () => chunk({ content: text }),
        () => chunk({ content: text }, { index: dice.below(2) }),
        () => chunk({ content: text }, {}, { obfuscation: 'x' }),
        () => chunk({ reasoning_content: text }),
        () => chunk({}, { finish_reason: 'stop' }),
        () => textDelta(text, { sequence_number: place }),
        () => textDelta(text, { sequence_number: place }),
        () => textDelta(text, { sequence_number: place, content_index: dice.below(2) }),
      ])();
    });
    const entries = numbered(values);
    const result = joinEntries(entries);

    expect(textsOf(result)).toEqual(textsOf(entries));
    expect(result.length).toBeLessThan(entries.length);
    expect(result.at(-1)!.number).toBe(entries.length);
    expect(result.map(({ number }) => number)).toEqual(
      [...new Set(result.map(({ number }) => number))].sort((one, other) => one - other),
    );
    expect(joinEntries(result).map(({ data }) => data)).toEqual(result.map(({ data }) => data));
  });
});

/** What all entries tell of each choice and part, by its place. */
function textsOf(entries: readonly LogEntry[]): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  const add = (place: string, text: unknown): void => {
    texts[place] = (texts[place] ?? '') + (typeof text === 'string' ? text : '');
  };
  for (const { data } of entries) {
    const value = JSON.parse(data) as { choices?: { index: number; delta: Fields; finish_reason: unknown }[] } & Fields;
    for (const { index, delta, finish_reason } of value.choices ?? []) {
      add(`content ${index}`, delta['content']);
      add(`reasoning ${index}`, delta['reasoning_content']);
      add(`finish ${index}`, finish_reason);
    }
    if (value.choices === undefined) {
      add(`part ${String(value['content_index'])}`, value['delta']);
    }
  }
  return texts;
}
