import * as fc from 'fast-check';
import { isLlmError } from '../../src/errors/llm-error.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';
import { chatCompletionChunk, completionChunk } from '../support/chunk-schemas.js';
import { clientFor, readStream } from '../support/read-stream.js';
import { eventStream } from '../support/answers.js';

/** What servers were seen to send in place of anything. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, false, true, 0, -1, 1.5, '', 'stop', '7', [], {}, [null], [''], [{}], {
    type: 'text',
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Documents whose fields are, now and then, something else instead. */
function documentsWith(
  other: fc.Arbitrary<unknown>,
): Record<'chat' | 'completions', fc.Arbitrary<Record<string, unknown>>> {
  const fieldsOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Record<string, unknown>> => {
    const known = Object.entries(fields).map(
      ([key, value]) => [key, fc.oneof({ weight: 4, arbitrary: value }, other)] as const,
    );
    return fc.record({ ...Object.fromEntries(known), unknown: odd }, { requiredKeys: [] });
  };
  const text = fc.string();
  const number = fc.nat();
  const called = fieldsOf({ name: text, arguments: text });
  const toolCall = fieldsOf({ id: text, type: text, function: called, custom: fieldsOf({ name: text, input: text }) });
  const delta = fieldsOf({
    role: text,
    content: fc.oneof(text, fc.array(fc.record({ type: text, text }), { maxLength: 2 })),
    refusal: text,
    reasoning: text,
    reasoning_content: text,
    tool_calls: fc.array(toolCall, { maxLength: 2 }),
    function_call: called,
  });
  const tokens = fc.array(fc.record({ token: text, logprob: fc.oneof(number, other) }), { maxLength: 2 });
  const logprobs = fieldsOf({ content: tokens, refusal: tokens });
  const details = fieldsOf({ cached_tokens: number, reasoning_tokens: number });
  const usage = fieldsOf({ prompt_tokens: number, prompt_tokens_details: details, completion_tokens_details: details });
  const chunkOf = (choice: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Record<string, unknown>> => {
    const choices = fc.record({ index: fc.constant(0), finish_reason: fc.constantFrom('stop', null) });
    const both = fc.tuple(choices, fieldsOf(choice)).map(([one, more]) => ({ ...one, ...more }));
    return fieldsOf({
      id: text,
      created: number,
      model: text,
      choices: fc.array(both, { maxLength: 2 }),
      usage,
      service_tier: text,
      system_fingerprint: text,
    });
  };
  return { chat: chunkOf({ delta, logprobs }), completions: chunkOf({ text, delta }) };
}

const anyDocuments = documentsWith(odd);
const documents = documentsWith(fc.constant(null));

const readers = {
  chat: {
    schema: chatCompletionChunk,
    read: (document: unknown): { readonly chunks: readonly unknown[]; readonly error: unknown } =>
      readStream([document, '[DONE]'], { n: 2 }),
  },
  completions: {
    schema: completionChunk,
    read: (document: unknown): { readonly chunks: readonly unknown[]; readonly error: unknown } => {
      const chunks: CompletionChunk[] = [];
      let error: unknown;
      clientFor(eventStream(document, '[DONE]'))
        .completions({ model: 'small', prompt: 'Hi', n: 2 })
        .subscribe({ next: (chunk) => chunks.push(chunk), error: (reason: unknown) => (error = reason) });
      return { chunks, error };
    },
  },
};

describe.each(['chat', 'completions'] as const)('a document of %s', (endpoint) => {
  const { schema, read } = readers[endpoint];

  it('becomes a chunk that fits the schema, or an error of the package', () => {
    fc.assert(
      fc.property(anyDocuments[endpoint], (sent) => {
        const { chunks, error } = read(sent);

        expect(chunks.filter((chunk) => !schema.safeParse(chunk).success)).toEqual([]);
        expect(error === undefined || isLlmError(error)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('stays as it is if it fits the schema', () => {
    fc.assert(
      fc.property(documents[endpoint], (sent) => {
        // As it arrives: JSON has no -0 and no infinity.
        const arrived = JSON.parse(JSON.stringify(sent)) as Record<string, unknown>;
        fc.pre(schema.safeParse(arrived).success && !hasHabit(arrived));
        const { chunks, error } = read(sent);

        expect(error).toBeUndefined();
        expect(chunks).toEqual([arrived]);
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether a document has what is repaired, or means an error, although it fits the schema. */
function hasHabit(document: Record<string, unknown>): boolean {
  const { choices, error, usage, type, object } = document;
  return (
    error !== undefined ||
    type === 'error' ||
    object === 'error' ||
    (choices as readonly Record<string, unknown>[]).some(
      (choice) =>
        choice['index'] !== 0 ||
        choice['finish_reason'] === '' ||
        choice['usage'] !== undefined ||
        choice['message'] !== undefined,
    ) ||
    ((choices as readonly unknown[]).length === 0 && (usage ?? undefined) === undefined)
  );
}
