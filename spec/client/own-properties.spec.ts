import fc from 'fast-check';
import { lastValueFrom, map, type Observable } from 'rxjs';
import {
  accumulateView,
  type Client,
  createClient,
  isLlmError,
  reasoningDeltas,
  textDeltas,
  throwIfTruncated,
  toMessage,
  toMessageParam,
  toolCalls,
  toUsage,
} from '../../src/index.js';
import { type Cassette, recordCassette, replayCassette } from '../../src/testing/index.js';
import { answer, chatRequest, eventStream, fakeTransport } from '../support/answers.js';
import { observe } from '../support/observe.js';

// Allows for other work on the machine.
jest.setTimeout(60_000);

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

/** Any JSON with inherited names and known fields as keys. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('null', '0', '1', '-1', '1.5', 'true', '""', '"stop"', '"x"', '[]', '{}'),
    ...names.map((name) => fc.constant(JSON.stringify(name))),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...names, 'polluted', 'content', 'name', 'id', 'type'), tie('value')), {
        maxLength: 4,
      })
      .map(objectOf),
  ),
})).value;

function objectOf(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}

/** An object with these fields, some with any value, and with fields of inherited names. */
function shaped(fields: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const known = Object.entries(fields).map(([name, value]) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 6, arbitrary: value }, json)),
  );
  const odd = fc.array(fc.tuple(fc.constantFrom(...names), json), { maxLength: 3 });
  return fc
    .tuple(fc.subarray(known), odd)
    .chain(([some, others]) => fc.tuple(...some).map((own) => objectOf([...own, ...others])));
}

function listOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(value, { maxLength: 2 }).map((items) => `[${items.join()}]`);
}

const text = fc.constantFrom('"a"', '""', ...names.map((name) => JSON.stringify(name)));
const usage = shaped({ prompt_tokens: fc.constant('1'), completion_tokens: fc.constant('2') });
const call = shaped({ index: fc.constantFrom('0', '1'), id: text, function: shaped({ name: text, arguments: text }) });
const delta = shaped({
  role: text,
  content: fc.oneof(text, listOf(shaped({ type: text, text }))),
  reasoning: text,
  reasoning_details: listOf(shaped({ type: text, text })),
  tool_calls: listOf(call),
  function_call: shaped({ name: text, arguments: text }),
  audio: shaped({ id: text, data: text }),
});
const choice = shaped({ delta, message: delta, finish_reason: text, index: fc.constant('0') });
const chunk = shaped({ id: text, model: text, choices: listOf(choice), usage, x_groq: shaped({ usage }) });
const error = shaped({ error: shaped({ message: text, code: text, type: text, details: listOf(json) }), detail: json });

/** The prototypes that must not change. */
const inherited = [Object.prototype, Array.prototype, Function.prototype, Error.prototype];
const fieldsOf = (prototype: object): readonly unknown[] =>
  Reflect.ownKeys(prototype).flatMap((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    return [name, ...Object.values(descriptor ?? {})] as readonly unknown[];
  });
const before = inherited.flatMap(fieldsOf);

/** Expects every nested object to have a built-in prototype, or that of an LlmError. */
function expectNoPrototypeSet(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    expect([Object.prototype, Array.prototype, null].includes(prototype as object) || isLlmError(value)).toBe(true);
    Object.values(value).forEach(expectNoPrototypeSet);
  }
}

function clientFor(body: string, status = 200): Client {
  const { transport } = fakeTransport(answer(body, { status }));
  return createClient({ baseURL: 'http://server.test/v1', transport });
}

/** Returns the values of a source and its error, which must be an LlmError. */
async function outcomeOf(source: Observable<unknown>): Promise<readonly unknown[]> {
  const seen = observe(source);
  const failure = await seen.ended;
  expect(failure === undefined || isLlmError(failure)).toBe(true);
  return [...seen.values, failure];
}

describe('own properties', () => {
  afterEach(() => {
    const after = inherited.flatMap(fieldsOf);

    expect(after).toHaveLength(before.length);
    expect(after.every((field, place) => field === before[place])).toBe(true);
  });

  it('no chunk or message gets a prototype from the server', async () => {
    const streams = fc.array(fc.oneof({ weight: 8, arbitrary: chunk }, error, json), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(streams, async (documents) => {
        const client = clientFor(eventStream(...documents, '[DONE]'));
        const chunks = client.chat(chatRequest);
        for (const source of [
          chunks,
          chunks.pipe(textDeltas()),
          chunks.pipe(reasoningDeltas()),
          chunks.pipe(toMessage()),
          chunks.pipe(toMessage(), map(toMessageParam)),
          chunks.pipe(toolCalls()),
          chunks.pipe(toUsage()),
          chunks.pipe(throwIfTruncated()),
          chunks.pipe(accumulateView()),
          client.completions({ model: 'small', prompt: 'Hi' }),
        ]) {
          expectNoPrototypeSet(await outcomeOf(source));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('no error and no model gets a prototype from the server', async () => {
    const status = fc.constantFrom(200, 400, 401, 429, 500);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(error, shaped({ data: listOf(shaped({ id: text })) }), json),
        status,
        async (body, code) => {
          for (const source of [clientFor(body, code).chat(chatRequest), clientFor(body, code).models()]) {
            const outcome = await outcomeOf(source);

            expectNoPrototypeSet(outcome);
            expect(JSON.stringify(outcome)).not.toContain('[native code]');
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('no name of a header reaches a prototype', async () => {
    const headers = Object.fromEntries([
      ...names.map((name) => [`x-ratelimit-${name}`, '1'] as const),
      ...names.map((name) => [name, '1'] as const),
    ]);
    const seen: unknown[] = [];
    const { transport } = fakeTransport(answer('no', { status: 400, headers }));
    const client = createClient({ baseURL: 'http://server.test/v1', transport });
    const failure = await observe(client.chat(chatRequest, { onResponse: (response) => seen.push(response) })).ended;

    expect(seen).toMatchObject([{ status: 400, rateLimits: {} }]);
    expect(failure).toMatchObject({ status: 400, rateLimits: {} });
    expect(Object.getPrototypeOf((failure as { headers: object }).headers)).toBe(Object.prototype);
  });

  it('no cassette sets a prototype when it is recorded or replayed', async () => {
    await fc.assert(
      fc.asyncProperty(chunk, json, async (document, asked) => {
        const recorder = recordCassette();
        const client = createClient({
          baseURL: 'http://server.test/v1',
          transport: fakeTransport(answer(eventStream(document, '[DONE]'))).transport,
          interceptors: [recorder],
        });
        const request = { ...chatRequest, metadata: JSON.parse(asked) as unknown };
        const outcome = await outcomeOf(client.chat(request));
        const cassette = JSON.parse(JSON.stringify(await lastValueFrom(recorder.cassette))) as Cassette;
        const replayed = createClient({
          baseURL: 'http://server.test/v1',
          transport: replayCassette(cassette, { speed: Infinity }),
        });

        expectNoPrototypeSet(cassette);
        expect(await outcomeOf(replayed.chat(request))).toEqual(outcome);
      }),
      { numRuns: 30 },
    );
  });

  it('harmless fields with inherited names are kept', async () => {
    const fields = '"constructor":"c","toString":"t","hasOwnProperty":"h"';
    const body = eventStream(`{"choices":[{"delta":{${fields}},${fields},"finish_reason":"stop"}],${fields}}`);
    const kept = { constructor: 'c', toString: 't', hasOwnProperty: 'h' };
    const chunks = clientFor(body).chat(chatRequest);
    const only = await lastValueFrom(chunks);
    const message = await lastValueFrom(chunks.pipe(toMessage()));

    expect(only).toMatchObject({ ...kept, choices: [{ ...kept, delta: kept }] });
    expect(message.extra).toEqual(kept);
  });
});
