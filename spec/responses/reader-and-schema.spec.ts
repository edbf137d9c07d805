import * as fc from 'fast-check';
import { isLlmError } from '../../src/errors/llm-error.js';
import { eventTypes, responseEvent } from '../support/response-schemas.js';
import { readEvents } from '../support/read-response.js';

/** What servers were seen to send in place of anything. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, false, true, 0, -1, 1.5, '', 'stop', '7', [], {}, [null], [''], [{}], {
    type: 'message',
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Events whose fields are, now and then, something else instead. */
function eventsWith(other: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const fieldsOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Record<string, unknown>> => {
    const known = Object.entries(fields).map(
      ([key, value]) => [key, fc.oneof({ weight: 6, arbitrary: value }, other)] as const,
    );
    return fc.record({ ...Object.fromEntries(known), unknown: odd }, { requiredKeys: [] });
  };
  const typed = (
    types: readonly string[],
    fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  ): fc.Arbitrary<object> =>
    fc.tuple(fc.constantFrom(...types), fieldsOf(fields)).map(([type, more]) => ({ type, ...more }));
  const text = fc.string();
  const logprobs = fc.array(fc.record({ token: text, logprob: fc.oneof(fc.nat(), other) }), { maxLength: 2 });
  const part = typed(['output_text', 'refusal', 'reasoning_text', 'summary_text', 'image'], {
    text,
    refusal: text,
    logprobs,
  });
  const parts = fc.array(fc.oneof({ weight: 6, arbitrary: part }, other), { maxLength: 2 });
  const item = typed(['message', 'reasoning', 'function_call', 'custom_tool_call', 'web_search_call'], {
    id: text,
    status: text,
    role: fc.constant('assistant'),
    content: parts,
    summary: parts,
    call_id: text,
    name: text,
    arguments: text,
    input: text,
  });
  const counts = fieldsOf({
    input_tokens: fc.nat(),
    output_tokens: fc.nat(),
    input_tokens_details: fieldsOf({ cached_tokens: fc.nat() }),
  });
  const response = fieldsOf({
    id: text,
    created_at: fc.nat(),
    model: text,
    status: text,
    error: fieldsOf({ code: text, message: text }),
    incomplete_details: fieldsOf({ reason: text }),
    output: fc.array(item, { maxLength: 2 }),
    usage: counts,
    background: fc.boolean(),
  });
  const index = fc.nat({ max: 3 });
  return typed(eventTypes, {
    sequence_number: fc.nat(),
    item_id: text,
    output_index: index,
    content_index: index,
    summary_index: index,
    delta: text,
    text,
    refusal: text,
    arguments: text,
    logprobs,
    item,
    part,
    response,
    partial_image_b64: text,
  }) as fc.Arbitrary<Record<string, unknown>>;
}

const last = { type: 'response.completed', response: { id: 'resp-1' } };

describe('an event of a response', () => {
  it('fits the schema as it is emitted, or is an error of the package', () => {
    fc.assert(
      fc.property(eventsWith(odd), (sent) => {
        const { events, error } = readEvents(sent, last);

        expect(events.filter((event) => !responseEvent.safeParse(event).success)).toEqual([]);
        expect(error === undefined || isLlmError(error)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('stays as it is if it fits the schema', () => {
    fc.assert(
      fc.property(eventsWith(fc.constant(null)), (sent) => {
        // As it arrives: JSON has no -0 and no infinity.
        const arrived = JSON.parse(JSON.stringify(sent)) as Record<string, unknown>;
        fc.pre(responseEvent.safeParse(arrived).success);
        const { events, error } = readEvents(sent, last);

        expect(error).toBeUndefined();
        expect(events[0]).toEqual(arrived);
      }),
      { numRuns: 300 },
    );
  });

  it('never fails for a field that only tells about the answer', () => {
    const told = [
      'id',
      'created_at',
      'model',
      'status',
      'error',
      'incomplete_details',
      'usage',
      'background',
      'output',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...told), fc.jsonValue({ maxDepth: 1 }), (field, value) => {
        const { events, error } = readEvents(
          { type: 'response.in_progress', response: { id: 'resp-1', [field]: value } },
          last,
        );

        expect(error).toBeUndefined();
        expect(events).toHaveLength(2);
      }),
    );
  });
});
