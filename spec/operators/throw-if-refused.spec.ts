import { EMPTY, from, lastValueFrom, NEVER, of, take } from 'rxjs';
import * as z from 'zod/mini';
import { OutputError, textDeltas, throwIfRefused, toMessage, toObject, toText } from '../../src/index.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { failureOf } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: null, refusal: '' }),
  a: chatChunk({ content: null, refusal: 'I will ' }),
  b: chatChunk({ refusal: 'not.' }),
  t: chatChunk({ content: 'Hello' }),
  f: finishChunk(),
  u: usageChunk(4, 5),
};
const refused = new OutputError('I will not.', { code: 'refused' });

describe('throwIfRefused', () => {
  it('errors with the refusal instead of completing', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const sourceSubs = ' ^------!';
      const expected = '   r-a-b-f#';

      expectObservable(source.pipe(throwIfRefused())).toBe(expected, chunks, refused);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('completes if there is no refusal', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('r-t-f-u|', chunks).pipe(throwIfRefused())).toBe('r-t-f-u|', chunks);
      expectObservable(EMPTY.pipe(throwIfRefused())).toBe('|');
      expectObservable(NEVER.pipe(throwIfRefused())).toBe('-');
      expectObservable(of(legacyChunk('a')).pipe(throwIfRefused())).toBe('(a|)', { a: legacyChunk('a') });
    });
  });

  it('passes an error of the source through unchanged', () => {
    const broken = new OutputError('broken');
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-#', chunks, broken).pipe(throwIfRefused())).toBe('a-#', chunks, broken);
    });
  });

  it('unsubscribes from its source, and checks each subscription separately', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b|', chunks);
      const result = source.pipe(throwIfRefused());

      expectObservable(result, '^-!').toBe('  a-', chunks);
      expectObservable(result, '----^').toBe('----a-b#', chunks, refused);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '----^--!']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: unknown[] = [];
    from([chunks.a, chunks.b])
      .pipe(throwIfRefused(), take(1))
      .subscribe({ next: (chunk) => seen.push(chunk), error: (error: unknown) => seen.push(error) });

    expect(seen).toEqual([chunks.a]);
  });

  it('reads one of several choices', async () => {
    const other = of(chatChunk({ refusal: 'No' }, { index: 1 }), chunks.t);

    expect(await lastValueFrom(other.pipe(throwIfRefused()))).toBe(chunks.t);
    expect(await failureOf(other.pipe(throwIfRefused(1)))).toMatchObject({ code: 'refused', message: 'No' });
    expect(() => throwIfRefused(-1)).toThrow(new TypeError('choice must be a whole number, 0 or more'));
  });

  it.each([
    ['of exactly 500 characters whole', 'a'.repeat(500), 'a'.repeat(500)],
    ['of more than 500 characters cut', 'a'.repeat(501), 'a'.repeat(500)],
    ['cut before a surrogate pair', `${'a'.repeat(499)}😀`, 'a'.repeat(499)],
    ['cut after a surrogate pair', `${'a'.repeat(498)}😀b`, `${'a'.repeat(498)}😀`],
  ])('gives a refusal %s', async (_, text, message) => {
    const whole = of(chatChunk({ refusal: text }), chatChunk({ refusal: '' }));
    const pieces = from(text.split('').map((refusal) => chatChunk({ refusal })));

    expect(await failureOf(whole.pipe(throwIfRefused()))).toMatchObject({ message });
    expect(await failureOf(pieces.pipe(throwIfRefused()))).toMatchObject({ message });
  });

  it('is not retryable, and lets later operators add the answer so far', async () => {
    const answer = of(chunks.t, chunks.a, chunks.b, chunks.f).pipe(throwIfRefused());

    expect(await failureOf(answer.pipe(textDeltas(), toText()))).toMatchObject({
      name: 'OutputError',
      kind: 'output',
      code: 'refused',
      retryable: false,
      partial: 'Hello',
    });
    expect(await failureOf(answer.pipe(toMessage()))).toMatchObject({ partial: { refusal: 'I will not.' } });
    expect(await failureOf(of(chunks.a).pipe(throwIfRefused(), textDeltas(), toObject(z.number())))).toMatchObject({
      code: 'refused',
    });
  });
});
