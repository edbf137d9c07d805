import { EMPTY, from, lastValueFrom, merge, NEVER, share, take, toArray, type Observable } from 'rxjs';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { labelWith } from '../../src/operators/label-with.js';
import { ofChoice } from '../../src/operators/of-choice.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { toMessage } from '../../src/operators/accumulate-message.js';
import { toUsage } from '../../src/operators/to-usage.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'Good ' }, { index: 1 }),
  c: chatChunk({ content: 'lo' }),
  d: chatChunk({ content: 'day' }, { index: 1 }),
  f: finishChunk('stop', 0),
  g: finishChunk('length', 1),
  u: usageChunk(4, 5),
};
const second = {
  b: chatChunk({ content: 'Good ' }),
  d: chatChunk({ content: 'day' }),
  g: finishChunk('length'),
  u: chunks.u,
};

function selected(choice: number, ...source: readonly AnswerChunk[]): readonly AnswerChunk[] {
  let seen: readonly AnswerChunk[] = [];
  from(source)
    .pipe(ofChoice(choice), toArray())
    .subscribe((all) => (seen = all));
  return seen;
}

describe('ofChoice', () => {
  it('emits the chunks of one choice as if it were the only one, and the usage', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-(ab)-(cd)-(fg)-u|', chunks);
      const sourceSubs = ' ^----------------!';
      const expected = '   -b----d----g----u|';

      expectObservable(source.pipe(ofChoice(1))).toBe(expected, second);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('passes errors through, and sources that are empty or never emit', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b-#', chunks).pipe(ofChoice(1))).toBe('---b-#', second);
      expectObservable(NEVER.pipe(ofChoice(1))).toBe('-');
      expectObservable(EMPTY.pipe(ofChoice(1))).toBe('|');
    });
  });

  it('unsubscribes from its source, and starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-c-d|', chunks);
      const result = source.pipe(ofChoice(1));

      expectObservable(result, '^--!').toBe('  --b-', second);
      expectObservable(result, '----^').toBe(' ------b---d|', second);
      expectSubscriptions(source.subscriptions).toBe(['^--!', '----^------!']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: AnswerChunk[] = [];
    from([chunks.a, chunks.b, chunks.d])
      .pipe(ofChoice(1), take(1))
      .subscribe((chunk) => seen.push(chunk));

    expect(seen).toEqual([second.b]);
  });

  it('splits a chunk of several choices, and passes a chunk with choice 0 alone through unchanged', () => {
    const both = { ...chunks.a, provider: 'p', choices: [...chunks.a.choices, ...chunks.b.choices] };

    expect(selected(0, both)).toEqual([{ ...chunks.a, provider: 'p' }]);
    expect(selected(1, both)).toEqual([{ ...second.b, provider: 'p' }]);
    expect(selected(0, chunks.a)[0]).toBe(chunks.a);
    expect(both.choices.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('keeps chunks without choices, and usage beside other choices', () => {
    const filters = { choices: [], prompt_filter_results: [] };
    const { usage } = chunks.u;

    expect(selected(1, filters, { ...chunks.f, usage })).toEqual([filters, { ...chunks.f, usage, choices: [] }]);
    expect(selected(1, { ...chunks.f, usage: null })).toEqual([]);
  });

  it('reads legacy chunks', () => {
    expect(selected(1, legacyChunk('a'), legacyChunk('b', null, 1))).toEqual([legacyChunk('b')]);
  });

  it('reads several choices of one shared stream', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-c-d-u|', chunks);
      const shared = source.pipe(share());
      const read = (choice: number): Observable<unknown> =>
        shared.pipe(ofChoice(choice), textDeltas(), labelWith(choice));

      expectObservable(merge(read(0), read(1))).toBe('a-b-c-d--|', {
        a: { label: 0, value: 'Hel' },
        b: { label: 1, value: 'Good ' },
        c: { label: 0, value: 'lo' },
        d: { label: 1, value: 'day' },
      });
      expectSubscriptions(source.subscriptions).toBe('^--------!');
    });
  });

  it('passes whole messages and the usage to later operators', async () => {
    const answer = from(Object.values(chunks)).pipe(ofChoice(1));

    await expect(lastValueFrom(answer.pipe(toMessage()))).resolves.toMatchObject({
      content: 'Good day',
      finishReason: 'length',
      usage: { outputTokens: 5 },
    });
    await expect(lastValueFrom(answer.pipe(toUsage()))).resolves.toMatchObject({ inputTokens: 4, outputTokens: 5 });
  });

  it.each([-1, 0.5, NaN, Infinity])('rejects choice %d', (choice) => {
    expect(() => ofChoice(choice)).toThrow(new TypeError('choice must be a whole number, 0 or more'));
  });
});
