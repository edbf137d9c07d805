import { EMPTY, from, lastValueFrom, NEVER, of, take } from 'rxjs';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { OutputError } from '../../src/errors/output-error.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { throwIfTruncated } from '../../src/operators/throw-if-truncated.js';
import { toMessage } from '../../src/operators/accumulate-message.js';
import { toText } from '../../src/operators/to-text.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  l: finishChunk('length'),
  f: finishChunk(),
  u: usageChunk(4, 5),
};
const cut = new OutputError(
  'The answer was cut off at the token limit: raise max_completion_tokens or max_tokens, or ask for less ' +
    '(finish reason "length")',
);

/** The error's message; `undefined` for a stream that completes. */
function messageOf(...source: readonly AnswerChunk[]): string | undefined {
  let seen: unknown;
  from(source)
    .pipe(throwIfTruncated())
    .subscribe({ error: (error: unknown) => (seen = error) });
  return seen instanceof OutputError ? seen.message : undefined;
}

describe('throwIfTruncated', () => {
  it('errors instead of completing, after the usage', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-l-u|', chunks);
      const sourceSubs = ' ^------!';
      const expected = '   r-a-l-u#';

      expectObservable(source.pipe(throwIfTruncated())).toBe(expected, chunks, cut);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('completes if the answer is complete', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('r-a-f-u|', chunks).pipe(throwIfTruncated())).toBe('r-a-f-u|', chunks);
    });
  });

  it('passes errors through, and sources that are empty or never emit', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-l-#', chunks).pipe(throwIfTruncated())).toBe('a-l-#', chunks);
      expectObservable(NEVER.pipe(throwIfTruncated())).toBe('-');
      expectObservable(EMPTY.pipe(throwIfTruncated())).toBe('|');
    });
  });

  it('unsubscribes from its source, and checks each subscription separately', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-l|', chunks);
      const result = source.pipe(throwIfTruncated());

      expectObservable(result, '^-!').toBe('  a-', chunks);
      expectObservable(result, '----^').toBe('----a-l#', chunks, cut);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '----^--!']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: unknown[] = [];
    from([chunks.a, chunks.l])
      .pipe(throwIfTruncated(), take(1))
      .subscribe({ next: (chunk) => seen.push(chunk), error: (error: unknown) => seen.push(error) });

    expect(seen).toEqual([chunks.a]);
  });

  it.each([
    ...['length', 'max_tokens', 'MAX_TOKENS', 'max_output_tokens', 'model_length', 'model_context_window_exceeded'],
  ])('reports %s as a token limit', (reason) => {
    expect(messageOf(finishChunk(reason))).toMatch(/cut off at the token limit: raise max_completion_tokens/u);
  });

  it.each([
    ...['content_filter', 'content-filter', 'sensitive', 'refusal', 'content_filtered', 'guardrail_intervened'],
    ...['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'MODEL_ARMOR'],
    ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'IMAGE_OTHER', 'NO_IMAGE'],
    ...['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL'],
    ...['malformed_tool_use', 'malformed_model_output'],
  ])('reports %s as a content filter', (reason) => {
    expect(messageOf(finishChunk(reason))).toMatch(`withheld by the server's content filter: rephrase the prompt`);
  });

  it.each(['stop', 'tool_calls', 'function_call', '', 'a word nobody knows', 'error', 'toString'])(
    'ignores "%s"',
    (reason) => {
      expect(messageOf(finishChunk(reason))).toBeUndefined();
    },
  );

  it('checks every choice, and legacy chunks', () => {
    expect(messageOf(finishChunk('stop'), finishChunk('content_filter', 1), finishChunk('length', 2))).toMatch(
      'filter',
    );
    expect(messageOf(legacyChunk('a', 'length'))).toMatch('token limit');
  });

  it('errors with an OutputError that is not retryable', async () => {
    const failed = lastValueFrom(of(chunks.a, chunks.l).pipe(throwIfTruncated()));

    await expect(failed).rejects.toMatchObject({ name: 'OutputError', kind: 'output', retryable: false });
  });

  it('lets later operators add the incomplete answer', async () => {
    const answer = of(chunks.a, chunks.l, chunks.u).pipe(throwIfTruncated());

    await expect(lastValueFrom(answer.pipe(textDeltas(), toText()))).rejects.toMatchObject({ partial: 'Hel' });
    await expect(lastValueFrom(answer.pipe(toMessage()))).rejects.toMatchObject({
      partial: { content: 'Hel', finishReason: 'length', usage: { outputTokens: 5 } },
    });
  });
});
