import { from, toArray } from 'rxjs';
import type { CompletionRequest } from '../../src/schemas/completion.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { eventStream } from '../support/answers.js';
import { clientFor, readStream } from '../support/read-stream.js';

const piece = (index: unknown, content: string, finish_reason: string | null = null): object => ({
  index,
  delta: { content },
  finish_reason,
});
const chunk = (...choices: readonly object[]): object => ({ choices });

/** The text of choice 0, and the error, of a legacy stream. */
function readLegacy(sent: readonly unknown[], request: Partial<CompletionRequest>): readonly unknown[] {
  let seen: readonly unknown[] = [];
  let failure: unknown;
  clientFor(eventStream(...sent))
    .completions({ model: 'm', prompt: 'p', ...request })
    .pipe(textDeltas(), toArray())
    .subscribe({ next: (pieces) => (seen = [pieces.join('')]), error: (error: unknown) => (failure = error) });
  return failure === undefined ? seen : [failure];
}

describe('choices of a request that asks for one answer', () => {
  it.each<[string, readonly object[]]>([
    ['numbered 1', [chunk(piece(1, 'Wh')), chunk(piece(1, 'isper', 'stop'))]],
    ['counted up', [chunk(piece(0, 'Wh')), chunk(piece(1, 'isper')), chunk(piece(2, '', 'stop'))]],
    [
      'counted up beyond the limit',
      [chunk(piece(127, 'Wh')), chunk(piece(128, 'isper')), chunk(piece(1e9, '', 'stop'))],
    ],
    ['in one chunk', [chunk(piece(0, 'Wh'), piece(1, 'isper')), chunk(piece(0, '', 'stop'))]],
    [
      'in one chunk without index',
      [chunk({ delta: { content: 'Wh' } }, { delta: { content: 'isper' }, finish_reason: 'stop' })],
    ],
    [
      'as whole messages',
      [
        chunk({ index: 0, message: { content: 'Wh' } }),
        chunk({ index: 1, message: { content: 'Whisper' }, finish_reason: 'stop' }),
      ],
    ],
  ])('are one if they are %s', (_title, sent) => {
    const { chunks, message, error } = readStream(sent);

    expect(error).toBeUndefined();
    expect(message).toMatchObject({ content: 'Whisper', finishReason: 'stop' });
    expect(chunks.flatMap(({ choices }) => choices.map(({ index }) => index))).toEqual(
      chunks.flatMap(({ choices }) => choices.map(() => 0)),
    );
  });

  it('have one list of tool calls', () => {
    const call = (index: number, text: string, more: object = {}): object =>
      chunk({ index, delta: { tool_calls: [{ index: 0, function: { arguments: text, ...more } }] } });
    const { calls } = readStream([call(0, '{"a"', { name: 'f' }), call(1, ':1}'), chunk(piece(2, '', 'tool_calls'))]);

    expect(calls).toMatchObject([{ name: 'f', arguments: '{"a":1}' }]);
  });

  it.each([-1, 0.5, '1', true, {}])('may not be numbered %j', (index) => {
    expect(readStream([chunk(piece(index, 'a')), '[DONE]']).error).toMatchObject({ name: 'ProtocolError' });
  });

  it.each([{ n: 1 }, { n: null }, { n: undefined }])('are one with %j, too', (request) => {
    expect(readStream([chunk(piece(1, 'a', 'stop'))], request).message?.content).toBe('a');
  });

  it('are one in a legacy stream, too', () => {
    const sent = [
      { choices: [{ index: 1, text: 'Wh' }] },
      { choices: [{ index: 200, text: 'isper', finish_reason: 'stop' }] },
    ];

    expect(readLegacy(sent, {})).toEqual(['Whisper']);
    expect(readLegacy(sent, { n: 1 })).toEqual(['Whisper']);
  });
});

describe('choices of a request that asks for several answers', () => {
  it('stay apart, and limited', () => {
    const sent = [chunk(piece(0, 'a'), piece(1, 'b')), chunk(piece(0, '', 'stop'))];
    const { chunks, message, error } = readStream(sent, { n: 2 });
    const others: string[] = [];
    from(chunks)
      .pipe(textDeltas(1))
      .subscribe((text) => others.push(text));

    expect(message?.content).toBe('a');
    expect(others).toEqual(['b']);
    expect(error).toMatchObject({ kind: 'truncated' });
    expect(readStream([chunk(piece(128, 'a'))], { n: 2 }).error).toMatchObject({
      name: 'LimitError',
      limit: 'choices',
    });
  });

  it.each<[string, Partial<CompletionRequest>]>([
    ['n', { n: 2 }],
    ['several prompts', { prompt: ['a', 'b'] }],
  ])('stay apart in a legacy stream with %s', (_title, request) => {
    const sent = [
      {
        choices: [
          { index: 0, text: 'a' },
          { index: 1, text: 'b' },
        ],
      },
      '[DONE]',
    ];

    expect(readLegacy(sent, request)).toEqual(['a']);
  });
});
