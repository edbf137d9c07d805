import { readStream } from '../support/read-stream.js';
import { toMessageParam } from '../../src/chunks/to-message-param.js';

/** One delta with these tool calls. */
const delta = (...calls: readonly object[]): object => ({ choices: [{ index: 0, delta: { tool_calls: calls } }] });
const finish = (reason = 'tool_calls'): object => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
const named = (name: string, args?: unknown, more: object = {}): object => ({
  ...more,
  function: { name, ...(args === undefined ? {} : { arguments: args }) },
});
const unnamed = (args: unknown, more: object = {}): object => ({ ...more, function: { arguments: args } });

type Seen = readonly [name: string, text: string, complete: boolean];

/** The name, arguments and completeness of each call of the message. */
function callsOf(sent: readonly unknown[], end: readonly unknown[] = [finish(), '[DONE]']): readonly Seen[] {
  const { message, calls, error } = readStream([...sent, ...end]);
  const seen = message?.toolCalls ?? [];

  expect(error).toBeUndefined();
  // Whoever replies to a call names it by its id.
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(calls).toEqual(seen.filter(({ complete }) => complete));
  expect(message && (toMessageParam(message).tool_calls ?? []).map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
  return seen.map(({ name, arguments: text, complete }) => [name, text, complete]);
}

const oslo = '{"city":"Oslo"}';
const rome = '{"city":"Rome"}';
const both: readonly Seen[] = [
  ['weather', oslo, true],
  ['weather', rome, true],
];
const one: readonly Seen[] = [['weather', oslo, true]];

describe('tool calls of servers with habits', () => {
  describe('two calls of one function', () => {
    const id = { id: 'a' };
    const first = { index: 0, id: 'a' };
    const second = { index: 1, id: 'a' };
    const slot = { index: 0 };
    it.each<[string, readonly object[]]>([
      ['share an id', [delta(named('weather', oslo, id)), delta(named('weather', rome, id))]],
      ['share an id in one delta', [delta(named('weather', oslo, id), named('weather', rome, id))]],
      ['share an id with two indices', [delta(named('weather', oslo, first)), delta(named('weather', rome, second))]],
      [
        'share an id with two indices in one delta',
        [delta(named('weather', oslo, first), named('weather', rome, second))],
      ],
      ['share id and index', [delta(named('weather', oslo, first)), delta(named('weather', rome, first))]],
      ['share an index without id', [delta(named('weather', oslo, slot)), delta(named('weather', rome, slot))]],
      ['share an index without id in one delta', [delta(named('weather', oslo, slot), named('weather', rome, slot))]],
      [
        'share an id, in pieces',
        [
          delta(named('weather', '', id)),
          delta(unnamed('{"city":', id)),
          delta(unnamed('"Oslo"}', id)),
          delta(named('weather', '', id)),
          delta(unnamed('{"city":', id)),
          delta(unnamed('"Rome"}', id)),
        ],
      ],
      [
        'share an id with two indices, in interleaved pieces',
        [
          delta(named('weather', '{"city"', first), named('weather', '{"city"', second)),
          delta(unnamed(':"Oslo"}', first), unnamed(':"Rome"}', second)),
        ],
      ],
      [
        'share an id with two indices, in interleaved pieces without id',
        [
          delta(named('weather', '{"city"', first), named('weather', '{"city"', second)),
          delta(unnamed(':"Rome"}', { index: 1 }), unnamed(':"Oslo"}', { index: 0 })),
        ],
      ],
      [
        'share an index without id, in pieces that repeat the name',
        [
          delta(named('weather', '{"city":', slot)),
          delta(named('weather', '"Oslo"}', slot)),
          delta(named('weather', '', slot)),
          delta(named('weather', '{"city":', slot)),
          delta(named('weather', '"Rome"}', slot)),
        ],
      ],
      [
        'have arguments that are objects',
        [delta(named('weather', { city: 'Oslo' }, id)), delta(named('weather', { city: 'Rome' }, id))],
      ],
      ['have neither index nor id', [delta(named('weather', oslo)), delta(named('weather', rome))]],
    ])('that %s are two', (_title, sent) => {
      expect(callsOf(sent)).toEqual(both);
    });

    it('keep their own fields', () => {
      const { message } = readStream([
        delta(named('weather', oslo, { id: 'a', extra_content: 1 })),
        delta(named('weather', '', { id: 'a', extra_content: 2 })),
        delta(unnamed(rome, { id: 'a' })),
        finish(),
        '[DONE]',
      ]);

      expect(message?.toolCalls).toMatchObject([{ id: 'a' }, { id: 'call_0_1', extra: { extra_content: 2 } }]);
    });

    it('of different functions under one id are two as well', () => {
      expect(callsOf([delta(named('weather', oslo, { id: 'a' })), delta(named('time', oslo, { id: 'a' }))])).toEqual([
        ['weather', oslo, true],
        ['time', oslo, true],
      ]);
    });
  });

  describe('an empty object before the arguments is replaced', () => {
    const slot = { index: 0 };
    it.each<[string, readonly object[]]>([
      [
        'as text',
        [
          delta(named('weather', '{}', { index: 0, id: 'a' })),
          delta(unnamed('{"city":', slot)),
          delta(unnamed('"Oslo"}', slot)),
        ],
      ],
      ['as an object', [delta(named('weather', {}, { index: 0, id: 'a' })), delta(unnamed(oslo, slot))]],
      ['by an object', [delta(named('weather', {}, { index: 0, id: 'a' })), delta(unnamed({ city: 'Oslo' }, slot))]],
      ['with white space', [delta(named('weather', '{ }\n', { index: 0, id: 'a' })), delta(unnamed(oslo, slot))]],
      ['in two pieces', [delta(named('weather', '{', slot)), delta(unnamed('}', slot)), delta(unnamed(oslo, slot))]],
      ['twice', [delta(named('weather', '{}', slot)), delta(unnamed('{}', slot)), delta(unnamed(oslo, slot))]],
      ['beside the name again', [delta(named('weather', '{}', slot)), delta(named('weather', oslo, slot))]],
      ['by id', [delta(named('weather', '{}', { id: 'a' })), delta(named('weather', oslo, { id: 'a' }))]],
      ['without index and id', [delta(named('weather', '{}')), delta(unnamed(oslo))]],
      ['without index and id, beside the name again', [delta(named('weather', '{}')), delta(named('weather', oslo))]],
      [
        'by arguments that are repeated at the end',
        [delta(named('weather', '{}', slot)), delta(unnamed(oslo, slot)), delta(named('weather', oslo, slot))],
      ],
    ])('%s', (_title, sent) => {
      expect(callsOf(sent)).toEqual(one);
    });

    it('but stays if nothing follows but white space', () => {
      expect(callsOf([delta(named('now', '{}', slot)), delta(unnamed('\n', slot))])).toEqual([['now', '{}\n', true]]);
      expect(callsOf([delta(named('now', '{}', slot)), delta(named('now', '', slot))])).toEqual([['now', '{}', true]]);
    });

    it('but not by the call of another function that has neither index nor id', () => {
      expect(callsOf([delta(named('now', '{}')), delta(named('weather', oslo))])).toEqual([
        ['now', '{}', true],
        ...one,
      ]);
      expect(callsOf([delta(named('now', '{}'), named('now', oslo))])).toEqual([
        ['now', '{}', true],
        ['now', oslo, true],
      ]);
    });
  });

  describe('arguments sent once more at the end are dropped', () => {
    const slot = { index: 0 };
    const pieces = [delta(named('weather', '{"city":', { index: 0, id: 'a' })), delta(unnamed('"Oslo"}', slot))];
    it.each<[string, readonly object[]]>([
      ['without the name', [...pieces, delta(unnamed(oslo, slot))]],
      ['with the name', [...pieces, delta(named('weather', oslo, slot))]],
      ['with the name and id', [...pieces, delta(named('weather', oslo, { index: 0, id: 'a' }))]],
      ['by id only', [...pieces, delta(named('weather', oslo, { id: 'a' }))]],
      ['without index and id', [...pieces, delta(unnamed(oslo))]],
      ['as an object', [...pieces, delta(unnamed({ city: 'Oslo' }, slot))]],
      ['with other white space', [...pieces, delta(unnamed('{ "city": "Oslo" }', slot))]],
      ['twice', [...pieces, delta(unnamed(oslo, slot)), delta(named('weather', oslo, slot))]],
      ['as JSON text within JSON', [...pieces, delta(unnamed(JSON.stringify(oslo), slot))]],
      ['as JSON text within JSON, with the name', [...pieces, delta(named('weather', JSON.stringify(oslo), slot))]],
      ['after the name once more', [...pieces, delta(named('weather', '', slot)), delta(unnamed(oslo, slot))]],
      [
        'with arguments that are objects',
        [delta(named('weather', { city: 'Oslo' }, slot)), delta(unnamed({ city: 'Oslo' }, slot))],
      ],
    ])('%s', (_title, sent) => {
      expect(callsOf(sent)).toEqual(one);
    });

    it.each([
      ['without', delta(unnamed('"{}"', slot))],
      ['with', delta(named('now', '"{}"', slot))],
    ])('as JSON text within JSON, %s the name, of a call without arguments', (_name, last) => {
      expect(callsOf([delta(named('now', '{}', { index: 0, id: 'a' })), last])).toEqual([['now', '{}', true]]);
    });

    it('beside the finish reason', () => {
      const last = { choices: [{ delta: { tool_calls: [unnamed(oslo, slot)] }, finish_reason: 'tool_calls' }] };

      expect(callsOf([...pieces, last], ['[DONE]'])).toEqual(one);
    });

    it.each<[string, object]>([
      ['by index', delta(named('weather', oslo, { index: 0 }), named('weather', rome, { index: 1 }))],
      ['without index and id', delta(named('weather', oslo), named('weather', rome))],
    ])('for each of several calls, %s', (_title, last) => {
      const sent = [delta(named('weather', oslo, { index: 0 })), delta(named('weather', rome, { index: 1 })), last];

      expect(callsOf(sent)).toEqual(both);
    });

    it.each<[string, object]>([
      ['an id', { id: 'a' }],
      ['an index', { index: 0 }],
      ['id and index', { index: 0, id: 'a' }],
      ['neither id nor index', {}],
    ])('for each of several calls that share %s, with or without the name', (_title, tie) => {
      const sent = [delta(named('weather', oslo, tie)), delta(named('weather', rome, tie))];

      expect(callsOf([...sent, ...sent])).toEqual(both);
      expect(callsOf([...sent, delta(named('weather', oslo, tie), named('weather', rome, tie))])).toEqual(both);
      expect(callsOf([...sent, delta(unnamed(oslo, tie), unnamed(rome, tie))])).toEqual(both);
      expect(callsOf([...sent, ...sent, delta(named('now', '{}', tie))])).toEqual([...both, ['now', '{}', true]]);
    });

    it('and leave the id to the first of several calls that share it', () => {
      const sent = [delta(named('weather', oslo, { id: 'a' })), delta(named('weather', rome, { id: 'a' }))];

      expect(readStream([...sent, ...sent, finish()]).calls).toMatchObject([{ id: 'a' }, { id: 'call_0_1' }]);
    });

    it('before which another call began, without arguments', () => {
      const call = delta(named('weather', oslo));

      expect(callsOf([call, delta(named('now', '')), call])).toEqual([...one, ['now', '{}', true]]);
    });

    it.each<[string, object, object]>([
      ['index', { index: 0 }, { index: 1 }],
      ['id', { id: 'a' }, { id: 'b' }],
    ])('but not if they are those of a call with another %s', (_title, first, second) => {
      const sent = [delta(named('weather', oslo, first)), delta(named('weather', rome, second))];

      expect(callsOf([...sent, delta(named('weather', oslo, second))])).toEqual([...both, ...one]);
    });

    it('but not inside the arguments of a call that is still open', () => {
      const open = [
        delta(named('weather', oslo)),
        delta(named('at', '{"place":')),
        delta(unnamed(oslo)),
        delta(unnamed('}')),
      ];

      expect(callsOf(open)).toEqual([...one, ['at', `{"place":${oslo}}`, true]]);
    });

    it('beside their other fields', () => {
      const call = named('weather', oslo, { index: 0, id: 'a', signature: 's' });

      expect(readStream([delta(call), delta(call), finish()]).calls).toMatchObject([{ extra: { signature: 's' } }]);
    });

    it('but not under another id, nor twice in one delta', () => {
      const twice: readonly Seen[] = [...one, ...one];

      expect(callsOf([delta(named('weather', oslo, { id: 'a' })), delta(named('weather', oslo, { id: 'b' }))])).toEqual(
        twice,
      );
      expect(callsOf([delta(named('weather', oslo, slot), named('weather', oslo, slot))])).toEqual(twice);
      expect(callsOf([delta(named('weather', oslo), named('weather', oslo))])).toEqual(twice);
    });
  });

  it('pieces whose id is a word for none belong to the call of their index', () => {
    const piece = (index: number, text: string): object => unnamed(text, { index, id: 'null' });

    expect(
      callsOf([
        delta(named('weather', '', { index: 0, id: 'a' }), named('weather', '', { index: 1, id: 'b' })),
        delta(piece(0, '{"city":'), piece(1, '{"city":')),
        delta(piece(0, '"Oslo"}')),
        delta(piece(1, '"Rome"}')),
      ]),
    ).toEqual(both);
  });

  describe('pieces of one call, each with an id of its own', () => {
    const pieces = Array.from(oslo);
    it.each<[string, readonly object[]]>([
      [
        'under one index',
        [
          delta(named('weather', '', { index: 0, id: 'a' })),
          ...pieces.map((piece, place) => delta(named('', piece, { index: 0, id: `a${place}` }))),
        ],
      ],
      [
        'without index',
        [
          delta(named('weather', '', { id: 'a' })),
          ...pieces.map((piece, place) => delta(unnamed(piece, { id: `a${place}` }))),
        ],
      ],
      [
        'in one delta',
        [
          delta(
            named('weather', '', { index: 0, id: 'a' }),
            ...pieces.map((piece, place) => unnamed(piece, { index: 0, id: `a${place}` })),
          ),
        ],
      ],
      [
        'some of them empty',
        [
          delta(named('weather', '{"city":', { index: 0, id: 'a' })),
          delta(named('', '', { index: 0, id: 'b' })),
          delta(named('', '"Oslo"}', { index: 0, id: 'c' })),
        ],
      ],
    ])('are one call, %s', (_title, sent) => {
      expect(callsOf(sent)).toEqual(one);
      expect(readStream([...sent, finish()]).calls).toMatchObject([{ id: 'a' }]);
    });

    it('are more than there may be calls', () => {
      const long = JSON.stringify({ text: 'x'.repeat(200) });
      const sent = Array.from(long).map((piece, place) => delta(unnamed(piece, { index: 0, id: `a${place}` })));

      expect(callsOf([delta(named('f', '', { index: 0, id: 'a' })), ...sent])).toEqual([['f', long, true]]);
    });

    it('are told from a next call, which has a name, or comes after closed arguments', () => {
      expect(
        callsOf([
          delta(named('now', '', { index: 0, id: 'a' })),
          delta(named('weather', '', { index: 0, id: 'b' })),
          delta(unnamed(oslo, { index: 0, id: 'b' })),
        ]),
      ).toEqual([['now', '{}', true], ...one]);
      expect(
        callsOf([
          delta(named('weather', oslo, { index: 0, id: 'a' })),
          delta(unnamed('{"city":', { index: 0, id: 'b' })),
          delta(named('weather', '"Rome"}', { index: 0, id: 'b' })),
        ]),
      ).toEqual(both);
      expect(
        callsOf([
          delta(named('now', '', { id: 'a' })),
          delta(named('', '', { id: 'b' })),
          delta(named('weather', oslo, { id: 'b' })),
        ]),
      ).toEqual([['now', '{}', true], ...one]);
    });
  });

  describe('arguments that are sent from the start in each delta', () => {
    const snapshots = Array.from(oslo, (_, place) => oslo.slice(0, place + 1));
    it.each<[string, readonly object[]]>([
      ['with index', snapshots.map((text) => delta(unnamed(text, { index: 0 })))],
      ['with the id', snapshots.map((text) => delta(unnamed(text, { id: 'a' })))],
      ['with the name', snapshots.map((text) => delta(named('weather', text, { index: 0, id: 'a' })))],
      ['with nothing', snapshots.map((text) => delta(unnamed(text)))],
      ['twice', snapshots.flatMap((text) => [delta(unnamed(text, { index: 0 })), delta(unnamed(text, { index: 0 }))])],
      ['in long steps', ['{"city":"O', oslo].map((text) => delta(unnamed(text, { index: 0 })))],
    ])('are those of the last, %s', (_title, sent) => {
      expect(callsOf([delta(named('weather', '', { index: 0, id: 'a' })), ...sent])).toEqual(one);
    });

    it('are told from nested values that begin in the same way', () => {
      const nested = ['{"not":', '{"not":', '{"a":[', '{"a":1},', '{"a":1}]', '}}}'];
      const lists = ['[', '[1],', '[1],[2]]'];
      const texts = ['{"text":"', '{', 'x', '{', 'x"}'];

      for (const pieces of [nested, lists, texts]) {
        const sent = pieces.map((piece) => delta(named('f', piece, { index: 0 })));

        expect(callsOf(sent)).toEqual([['f', pieces.join(''), true]]);
      }
    });

    it('are read in the deprecated form as well, but not as the input of a custom tool', () => {
      const old = snapshots.map((text) => ({
        choices: [{ delta: { function_call: { name: 'weather', arguments: text } } }],
      }));
      const custom = ['{"a', '{"ab'].map((input) => delta({ index: 0, type: 'custom', custom: { name: 'f', input } }));

      expect(readStream([...old, finish('function_call')]).message?.functionCall?.arguments).toBe(oslo);
      expect(callsOf(custom)).toEqual([['f', '{"a{"ab', true]]);
    });
  });

  describe('after closed arguments', () => {
    const start = delta(named('weather', oslo, { index: 0, id: 'a' }));
    it.each<[string, readonly object[], readonly Seen[]]>([
      ['white space is appended', [start, delta(unnamed(' \n', { index: 0 }))], [['weather', `${oslo} \n`, true]]],
      ['the name alone changes nothing', [start, delta(named('weather', undefined, { index: 0 }))], one],
      ['the name without arguments changes nothing', [start, delta(named('weather', '', { id: 'a' }))], one],
      [
        'other text is kept, and the call is not complete',
        [start, delta(unnamed(rome, { index: 0 }))],
        [['weather', oslo + rome, false]],
      ],
      [
        'one bracket too many is kept as well',
        [delta(named('f', '{"a":1}}', { index: 0 }))],
        [['f', '{"a":1}}', false]],
      ],
      ['so are two objects in one piece', [delta(named('f', '{"a":1}{"b":2}'))], [['f', '{"a":1}{"b":2}', false]]],
      ['so is an object', [start, delta(unnamed({ b: 2 }, { index: 0 }))], [['weather', `${oslo}{"b":2}`, false]]],
      [
        'such a call stays incomplete',
        [start, delta(unnamed('x', { index: 0 })), delta(unnamed('{}', { index: 0 }))],
        [['weather', `${oslo}x{}`, false]],
      ],
      [
        'a bracket in a string closes nothing',
        [delta(named('f', '{"a":"}')), delta(unnamed('"}'))],
        [['f', '{"a":"}"}', true]],
      ],
    ])('%s', (_title, sent, expected) => {
      expect(callsOf(sent)).toEqual(expected);
    });
  });

  describe('a call without a name', () => {
    it.each([['tool_calls'], ['stop'], ['eos'], [undefined]])('is not complete after %s', (reason) => {
      const sent = [delta(unnamed('{}', { index: 0, id: 'k1' }))];

      expect(callsOf(sent, reason === undefined ? ['[DONE]'] : [finish(reason), '[DONE]'])).toEqual([
        ['', '{}', false],
      ]);
    });

    it('takes the name that comes later, even beside the arguments once more', () => {
      expect(callsOf([delta(unnamed(oslo, { index: 0 })), delta(named('weather', '', { index: 0 }))])).toEqual(one);
      expect(callsOf([delta(unnamed(oslo, { index: 0 })), delta(named('weather', oslo, { index: 0 }))])).toEqual(one);
    });
  });

  describe('after a finish reason', () => {
    const open = delta(named('weather', '{"city', { index: 0 }));
    const closed = delta(named('weather', oslo, { index: 0 }));
    it.each(['MALFORMED_FUNCTION_CALL', 'IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'refusal'])(
      'that is the filter word %s, no call is complete',
      (reason) => {
        expect(callsOf([closed], [finish(reason), '[DONE]'])).toEqual([['weather', oslo, false]]);
      },
    );

    it('that tells of a cut, calls keep the arguments that came, and get ids', () => {
      const end = [finish('length'), '[DONE]'];

      expect(callsOf([delta(named('now', ''))], end)).toEqual([['now', '', false]]);
      expect(callsOf([delta(named('weather', oslo)), delta(named('weather', rome))], end)).toEqual([
        ['weather', oslo, false],
        ['weather', rome, false],
      ]);
    });

    it('that nobody knows, calls are complete if their arguments have closed', () => {
      const end = [finish('odd'), '[DONE]'];

      expect(callsOf([closed], end)).toEqual(one);
      expect(callsOf([open], end)).toEqual([['weather', '{"city', false]]);
      expect(callsOf([delta(named('now'))], end)).toEqual([['now', '{}', true]]);
    });

    it.each([
      ...['stop', 'STOP', 'tool_calls', 'tool_call', 'function_call', 'tool_use', 'eos', 'eos_token', 'end_turn'],
      ...['stop_sequence', 'COMPLETE', 'completed'],
    ])('that is %s, every call is complete', (reason) => {
      expect(callsOf([open], [finish(reason), '[DONE]'])).toEqual([['weather', '{"city', true]]);
    });
  });

  describe('keep what else is right', () => {
    it.each<[string, readonly object[], readonly Seen[]]>([
      ['a call whose arguments are empty', [delta(named('now', '', { index: 0 }))], [['now', '{}', true]]],
      [
        'three calls with neither index nor id',
        [delta(named('f', oslo)), delta(named('g', oslo)), delta(named('f', rome))],
        [
          ['f', oslo, true],
          ['g', oslo, true],
          ['f', rome, true],
        ],
      ],
      [
        'three in one delta',
        [delta(named('now', '{}'), named('now', '{}'), named('now', '{}'))],
        [
          ['now', '{}', true],
          ['now', '{}', true],
          ['now', '{}', true],
        ],
      ],
      [
        'a name in every delta without index',
        [delta(named('f', '{"a"')), delta(named('f', ':1}'))],
        [['f', '{"a":1}', true]],
      ],
      [
        'an id that is empty',
        [delta(named('f', '{"a"', { id: '' })), delta(unnamed(':1}', { id: '' }))],
        [['f', '{"a":1}', true]],
      ],
      [
        'empty names first',
        [delta(named('', '', { id: '', index: 0 })), delta(named('weather', oslo, { id: 'a', index: 0 }))],
        one,
      ],
    ])('%s', (_title, sent, expected) => {
      expect(callsOf(sent)).toEqual(expected);
      expect(callsOf(sent, ['[DONE]'])).toEqual(expected);
    });

    it('the type of a built-in function', () => {
      const builtIn = named('$web_search', oslo, { id: 'a', type: 'builtin_function' });

      expect(readStream([delta(builtIn), finish()]).calls).toMatchObject([
        { type: 'builtin_function', name: '$web_search' },
      ]);
    });

    it.each<[string, readonly object[], string]>([
      [
        'without a type',
        [
          { id: 'a', custom: { name: 'f', input: 'a' } },
          { id: 'a', custom: { input: 'b' } },
        ],
        'ab',
      ],
      [
        'with null, then text',
        [
          { index: 0, type: 'custom', custom: { name: 'f', input: null } },
          { index: 0, custom: { input: 'a' } },
        ],
        'a',
      ],
      [
        'that looks like JSON',
        [
          { index: 0, type: 'custom', custom: { name: 'f', input: '{}' } },
          { index: 0, custom: { input: '{"a":1}' } },
          { index: 0, custom: { input: '{"a":1}' } },
        ],
        '{}{"a":1}{"a":1}',
      ],
      [
        'that repeats its name',
        [
          { id: 'a', custom: { name: 'f', input: '{"a":1}' } },
          { id: 'a', custom: { name: 'f', input: '!' } },
        ],
        '{"a":1}!',
      ],
    ])('the input of a custom tool %s', (_title, entries, input) => {
      const { calls } = readStream([...entries.map((entry) => delta(entry)), finish()]);

      expect(calls).toMatchObject([{ type: 'custom', name: 'f', arguments: input, complete: true }]);
    });

    it('a function after a custom tool, and a custom tool after a function', () => {
      const custom = { custom: { name: 'g', input: 'x' } };

      expect(callsOf([delta(custom), delta(named('f', oslo)), delta(custom)])).toEqual([
        ['g', 'x', true],
        ['f', oslo, true],
        ['g', 'x', true],
      ]);
    });
  });

  describe('of the deprecated form', () => {
    const piece = (functionCall: object): object => ({ choices: [{ delta: { function_call: functionCall } }] });
    const end = [finish('function_call'), '[DONE]'];
    it.each<[string, readonly object[], string]>([
      ['with arguments that are an object', [piece({ name: 'weather', arguments: { city: 'Oslo' } })], oslo],
      ['with null, then text', [piece({ name: 'weather', arguments: null }), piece({ arguments: oslo })], oslo],
      ['without arguments, then text', [piece({ name: 'weather' }), piece({ arguments: oslo })], oslo],
      [
        'with an empty name first',
        [piece({ name: '', arguments: '' }), piece({ name: 'weather', arguments: oslo })],
        oslo,
      ],
      ['with an empty object first', [piece({ name: 'weather', arguments: '{}' }), piece({ arguments: oslo })], oslo],
      ['with the arguments twice', [piece({ name: 'weather', arguments: oslo }), piece({ arguments: oslo })], oslo],
      ['with null only', [piece({ name: 'weather', arguments: null })], ''],
    ])('%s are read', (_title, sent, args) => {
      const { message } = readStream([...sent, ...end]);

      expect(message?.functionCall).toEqual({ name: 'weather', arguments: args });
      expect(message && toMessageParam(message).function_call).toEqual({ name: 'weather', arguments: args });
    });

    it.each<[string, readonly object[], string]>([
      ['without a name', [piece({ arguments: oslo })], 'function_call'],
      ['with text after its arguments', [piece({ name: 'weather', arguments: `${oslo}x` })], 'function_call'],
      ['that an unknown finish reason left open', [piece({ name: 'weather', arguments: '{"city' })], 'odd'],
      ['that was filtered', [piece({ name: 'weather', arguments: oslo })], 'MALFORMED_FUNCTION_CALL'],
    ])('%s do not go back to the server', (_title, sent, reason) => {
      const { message } = readStream([...sent, finish(reason), '[DONE]']);

      expect(message && toMessageParam(message)).toEqual({ role: 'assistant', content: '' });
    });
  });

  it('agree with whole messages that repeat the call', () => {
    const whole = (args: unknown, more: object = {}): object => ({
      choices: [{ index: 0, message: { tool_calls: [named('weather', args, { id: 'a' })] }, ...more }],
    });

    expect(callsOf([whole('{}'), whole('{"city"'), whole(oslo), whole(oslo)])).toEqual(one);
    expect(callsOf([whole({}), whole({ city: 'Oslo' }), whole({ city: 'Oslo' })])).toEqual(one);
    expect(callsOf([delta(named('weather', '{}', { index: 0, id: 'a' })), whole(oslo)])).toEqual(one);
    expect(
      callsOf([
        delta(named('weather', oslo, { id: 'a' })),
        delta(named('weather', rome, { id: 'b' })),
        {
          choices: [
            { message: { tool_calls: [named('weather', oslo, { id: 'a' }), named('weather', rome, { id: 'b' })] } },
          ],
        },
      ]),
    ).toEqual(both);
  });
});
