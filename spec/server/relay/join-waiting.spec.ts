import fc from 'fast-check';
import { joinWaiting } from '../../../src/server/relay/join-waiting.js';
import { joinEntries } from '../../../src/server/join-entries.js';
import type { LogEntry } from '../../../src/server/stream-log.js';

/** Content that is written into JSON text, and what looks like the text around it. */
const content = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '"', '\\', '\\"', '"}}]}', ',"obfuscation":"x"', '"delta":{"content":"', '\u2028', '\ud800'),
);
const padding = fc.option(fc.constantFrom('', 'x', 'Hq3'), { nil: undefined });

/** Chunks that mostly differ in their content only. */
const value = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ text: content, padding })
      .map(({ text, padding: characters }) => chunk({ content: text }, {}, characters)),
  },
  fc.record({ text: content, index: fc.nat(1) }).map(({ text, index }) => chunk({ content: text }, { index })),
  content.map((text) => chunk({ content: text }, { finish_reason: 'stop' })),
  content.map((text) => chunk({ content: text, reasoning: text })),
  content.map((text) => chunk({ content: text }, { logprobs: { content: [{ token: text, logprob: 0 }] } })),
  content.map((text) => chunk({ role: 'assistant', content: text })),
  content.map((delta) => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta })),
  fc.constantFrom<unknown>(chunk({}), { choices: [] }, '[DONE]', { delta: { content: 'x' } }),
);

function chunk(delta: object, choice: object = {}, obfuscation?: string): object {
  const choices = [{ index: 0, delta, finish_reason: null, ...choice }];
  return { id: 'chat-1', choices, ...(obfuscation !== undefined && { obfuscation }) };
}

describe('joinWaiting', () => {
  it('joins what joinEntries joins, apart from the padding', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        const entries = values.map((data, place): LogEntry => ({ number: place + 1, data: JSON.stringify(data) }));
        expect(joinWaiting(entries).map(withoutPadding)).toEqual(joinEntries(entries).map(withoutPadding));
      }),
      { numRuns: 1000 },
    );
  });
});

function withoutPadding({ number, data }: LogEntry): readonly unknown[] {
  const parsed = JSON.parse(data) as unknown;
  return [number, typeof parsed === 'object' ? { ...parsed, obfuscation: undefined } : parsed];
}
