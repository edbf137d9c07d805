import {
  catchError,
  EMPTY,
  from,
  ignoreElements,
  type Observable,
  of,
  type OperatorFunction,
  take,
  throwError,
  toArray,
} from 'rxjs';
import * as z from 'zod/mini';
import {
  accumulateMessage,
  accumulateObject,
  accumulateRun,
  accumulateText,
  accumulateView,
  arrayItems,
  coalesceText,
  converse,
  labelWith,
  measure,
  moderated,
  ofChoice,
  reasoningDeltas,
  refusalDeltas,
  retryOnRateLimit,
  retryTransient,
  smoothText,
  textDeltas,
  throttleRender,
  throwIfAborted,
  throwIfRefused,
  throwIfTruncated,
  toAsyncIterable,
  toMessage,
  toObject,
  toolCalls,
  toText,
  toUsage,
  withDeadlines,
  type OutputError,
} from '../../src/index.js';
import { chunksOf, fakeClient, reasoningChunk, toolCallChunk, usageChunk } from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';
import { streams, textDelta } from '../support/response-events.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = [
  reasoningChunk('Hm'),
  chatChunk({ refusal: 'No' }),
  toolCallChunk({ id: 'c', name: 'f', arguments: '{}' }),
  ...chunksOf('Hello world', { finishReason: 'tool_calls' }),
  usageChunk({ prompt_tokens: 1 }),
];
const events = [
  { type: 'response.refusal.delta', output_index: 9, content_index: 0, delta: 'No' },
  textDelta('Hello', 8),
  ...streams.reasoningAndCalls,
];
const texts = ['Hello', ' ', 'world'];
const json = ['["Hel', 'lo", ', '"world"]', ' '];
const { signal } = new AbortController();

/** Every operator with suitable values. */
const operators: readonly (readonly [string, OperatorFunction<never, unknown>, readonly unknown[]])[] = [
  ...(
    [
      ['textDeltas', textDeltas()],
      ['reasoningDeltas', reasoningDeltas()],
      ['refusalDeltas', refusalDeltas()],
      ['toolCalls', toolCalls()],
      ['accumulateMessage', accumulateMessage()],
      ['toMessage', toMessage()],
      ['toUsage', toUsage()],
      ['ofChoice', ofChoice(0)],
      ['throwIfTruncated', throwIfTruncated()],
      ['throwIfRefused', throwIfRefused(1)],
      ['accumulateView', accumulateView()],
    ] as const
  ).flatMap(([name, operator]) => [
    [name, operator, chunks] as const,
    [`${name} of a response`, operator, events] as const,
  ]),
  ['accumulateRun', accumulateRun(), chunks.map((chunk) => ({ turn: 0, type: 'chunk', chunk }))],
  ['accumulateText', accumulateText(), texts],
  ['toText', toText(), texts],
  ['moderated', moderated(() => true, { window: 5 }), texts],
  ['toObject', toObject(z.unknown()), json],
  ['accumulateObject', accumulateObject(z.unknown()), json],
  ['arrayItems', arrayItems(z.unknown()), json],
  ['coalesceText', coalesceText(5), texts],
  ['smoothText', smoothText({ interval: 1, maxLag: 5 }), texts],
  ['throttleRender', throttleRender(5), texts],
  ['throwIfAborted', throwIfAborted(signal), texts],
  ['labelWith', labelWith('a'), texts],
  ['measure', measure(() => undefined), texts],
  ['withDeadlines', withDeadlines({ firstChunk: 5, idle: 5 }), texts],
  ['retryTransient', retryTransient(), texts],
  ['retryOnRateLimit', retryOnRateLimit(), texts],
  [
    'converse',
    converse(
      fakeClient(() => from(chunksOf('Hi'))),
      { request: { model: 'm' } },
    ),
    texts,
  ],
];

/** Operators that emit only at completion. */
const atEnd = ['toMessage', 'toUsage', 'toText', 'toObject', 'toMessage of a response', 'toUsage of a response'];

/** Operators for which no text is an error. */
const needText = ['toObject', 'accumulateObject', 'arrayItems'];

describe('every operator', () => {
  describe.each(operators)('%s', (name, operator, values) => {
    const source = from(values) as Observable<never>;

    it('emits the same for each subscription to a synchronous source', () => {
      runMarbles(({ flush }) => {
        const seen: unknown[][] = [];
        const result = source.pipe(operator, toArray());
        result.subscribe((all) => seen.push(all));
        flush();
        result.subscribe((all) => seen.push(all));
        flush();

        expect(seen).toHaveLength(2);
        expect(seen[0]).not.toEqual([]);
        expect(seen[1]).toEqual(seen[0]);
      });
    });

    it('stops a synchronous source when it is unsubscribed', () => {
      let pulled = 0;
      const more = function* (): Generator<never> {
        for (const value of [...values, ...values]) {
          pulled += 1;
          yield value as never;
        }
      };
      runMarbles(() => {
        from(more())
          .pipe(operator, take(1))
          // JSON that comes twice is no JSON.
          .subscribe({ error: () => undefined });
      });

      expect(pulled <= values.length).toBe(!atEnd.includes(name));
    });

    it('completes if the source is empty, unless it needs text, and unsubscribes from a source that never emits', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const never = cold<never>('----');

        const onEmpty = EMPTY.pipe(
          operator,
          ignoreElements(),
          catchError((error: unknown) => of((error as OutputError).code)),
        );

        expectObservable(onEmpty).toBe(needText.includes(name) ? '(n|)' : '|', { n: 'not_json' });
        expectObservable(never.pipe(operator, ignoreElements()), '--!').toBe('---');
        expectSubscriptions(never.subscriptions).toBe('^-!');
      });
    });

    it('passes an error through, or shows it in a view', () => {
      const lost = new Error('lost');
      runMarbles(({ expectObservable }) => {
        const failing = throwError(() => lost).pipe(operator, ignoreElements());

        expectObservable(failing).toBe(/^accumulate(View|Run)/u.test(name) ? '|' : '#', undefined, lost);
      });
    });
  });

  it('toAsyncIterable yields the same in every loop', async () => {
    const iterable = toAsyncIterable(of(...texts));
    const loop = async (): Promise<readonly string[]> => {
      const seen: string[] = [];
      for await (const text of iterable) {
        seen.push(text);
      }
      return seen;
    };

    expect([await loop(), await loop()]).toEqual([texts, texts]);
  });
});
