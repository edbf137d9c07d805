import { EMPTY, NEVER, of } from 'rxjs';
import type { Usage } from '../../src/schemas/message.js';
import type { TokenUsage } from '../../src/schemas/token-usage.js';
import { toUsage } from '../../src/operators/to-usage.js';
import { chatChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant' }),
  a: chatChunk({ content: 'a' }),
  u: usageChunk(3, 1),
  v: usageChunk(3, 2),
};
const last: Usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5, raw: chunks.v.usage };

describe('toUsage', () => {
  it('emits the last usage at completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-u-v|   ', chunks);
      const sourceSubs = ' ^------!   ';
      const expected = '   -------(y|)';

      expectObservable(source.pipe(toUsage())).toBe(expected, { y: last });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('completes without a value if there was no usage', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|', chunks).pipe(toUsage())).toBe('---|');
      expectObservable(EMPTY.pipe(toUsage())).toBe('|');
      expectObservable(NEVER.pipe(toUsage())).toBe('-');
    });
  });

  it('passes an error through', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-u-#', chunks).pipe(toUsage())).toBe('---#');
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-u-v-|', chunks);

      expectObservable(source.pipe(toUsage()), '--!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it.each<[string, TokenUsage, Partial<Usage> | undefined]>([
    [
      'cached and reasoning tokens',
      {
        prompt_tokens: 9,
        completion_tokens: 5,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      { cachedTokens: 4, reasoningTokens: 3, totalTokens: 14 },
    ],
    [
      "DeepSeek's cached tokens",
      { prompt_tokens: 9, completion_tokens: 5, prompt_cache_hit_tokens: 2 },
      { cachedTokens: 2, totalTokens: 14 },
    ],
    [
      'details that are null',
      { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, prompt_tokens_details: null },
      { inputTokens: 9 },
    ],
    ['usage without any counts as none', {}, undefined],
  ])('reads %s', (_title, usage, expected) => {
    let seen: Usage | undefined;
    of({ choices: [], usage })
      .pipe(toUsage())
      .subscribe((value) => (seen = value));

    expect(seen).toEqual(expected && expect.objectContaining({ ...expected, raw: usage }));
  });

  it("reads the usage in Groq's own field, and that of a legacy chunk", () => {
    const seen: Usage[] = [];
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    of({ choices: [], x_groq: { usage } })
      .pipe(toUsage())
      .subscribe((value) => seen.push(value));
    of({ ...legacyChunk('a'), usage })
      .pipe(toUsage())
      .subscribe((value) => seen.push(value));

    expect(seen).toEqual(Array(2).fill({ inputTokens: 1, outputTokens: 2, totalTokens: 3, raw: usage }));
  });
});
