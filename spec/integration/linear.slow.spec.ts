import { concat, from, map, type Observable, of, type OperatorFunction, pipe } from 'rxjs';
import {
  accumulateMessage,
  accumulateRun,
  accumulateView,
  type ChatCompletionChunk,
  createClient,
  decodeEvents,
  type AnswerChunk,
  toMessage,
  toolCalls,
  type ToolRunEvent,
  type TransportEvent,
} from '../../src/index.js';
import { chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { chatChunk } from '../support/chunks.js';
import { countWork } from '../support/count-work.js';
import { head } from '../support/transport-events.js';

jest.setTimeout(60_000);

/** Runs a synchronous source to its end. */
function exhaust(source: Observable<unknown>): void {
  let hasEnded = false;
  source.subscribe({ error: () => (hasEnded = true), complete: () => (hasEnded = true) });
  expect(hasEnded).toBe(true);
}

/** Expects that the work grows by at most a factor of 2.5 between sizes that each double the one before. */
function expectLinear(sizes: readonly number[], run: (size: number) => void): void {
  const work = sizes.map((size) => countWork(() => run(size)));
  const growth = work.slice(1).map((next, place) => next / (work[place] ?? 0));

  expect(work.every((amount) => amount > 0)).toBe(true);
  expect(Math.max(...growth)).toBeLessThan(2.5);
}

const thousands = (first: number): readonly number[] => [1, 2, 4, 8].map((factor) => factor * first * 1000);

describe('the work per byte that arrives alone', () => {
  function bytesOf(text: string): Observable<Uint8Array> {
    const bytes = new TextEncoder().encode(text);
    return from(Array.from(bytes, (_byte, place) => bytes.subarray(place, place + 1)));
  }

  it.each<[string, (size: number) => string]>([
    ['one long event', (size) => `data: ${'x'.repeat(size)}\n\n`],
    ['an event of many lines', (size) => `${'data: x\n'.repeat(size / 8)}\n`],
    ['an event of empty lines of data', (size) => `${'data\r\n'.repeat(size / 6)}\r\n`],
    ['many events', (size) => 'data: x\n\n'.repeat(size / 9)],
    ['many events with every line end', (size) => 'data: x\r\rdata: y\r\n\r\n'.repeat(size / 20)],
    ['an unterminated field', (size) => `event: ${'x'.repeat(size)}`],
    ['unknown fields', (size) => 'x\n'.repeat(size / 2)],
  ])('does not grow with %s', (_what, stream) => {
    expectLinear(thousands(5), (size) => exhaust(bytesOf(stream(size)).pipe(decodeEvents())));
  });

  it.each<[string, (size: number) => string]>([
    ['an answer', (size) => eventStream(...Array<object>(size / 100).fill(textChunk('x'.repeat(30))), '[DONE]')],
    ['one long chunk', (size) => eventStream(textChunk('x'.repeat(size), 'stop'))],
    ['one JSON document', (size) => JSON.stringify({ choices: [{ message: { content: 'x'.repeat(size) } }] })],
    ['white space before the answer', (size) => ' \n'.repeat(size / 2) + eventStream(textChunk('x', 'stop'))],
    ['wide white space', (size) => '\u3000'.repeat(size / 3)],
    ['many documents in one event', (size) => `${'data: {}\n'.repeat(size / 9)}\ndata: [DONE]\n\n`],
    ['an error', (size) => eventStream({ error: { message: 'x'.repeat(size) } })],
  ])('does not grow with %s, for a client', (_what, body) => {
    expectLinear(thousands(5), (size) => {
      const events = bytesOf(body(size)).pipe(map((bytes): TransportEvent => ({ type: 'data', bytes })));
      const { transport } = fakeTransport(concat(of(head()), events));
      exhaust(createClient({ baseURL: 'http://server.test/v1', transport }).chat(chatRequest));
    });
  });
});

describe('the work per chunk', () => {
  const say = { content: 'word ' };
  const call = { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] };
  const begin = { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] };

  it.each<[string, (place: number) => Record<string, unknown>]>([
    ['text', () => say],
    ['reasoning', () => ({ reasoning: 'word ' })],
    ['refusals', () => ({ refusal: 'word ' })],
    ['the arguments of a tool', (place) => (place === 0 ? begin : call)],
    ['an unknown list', () => ({ citations: ['x'] })],
    ['an unknown text', () => ({ note: 'x' })],
    ['a new unknown field each', (place) => ({ [`x${place}`]: 1 })],
    ['a new field of audio each', (place) => ({ audio: { data: 'x', [`x${place}`]: 1 } })],
    ['reasoning in details', () => ({ reasoning_details: [{ type: 'reasoning.text', text: 'word ' }] })],
  ])('does not grow while chunks add %s', (_what, delta) => {
    const source = (size: number): Observable<ChatCompletionChunk> =>
      from(Array.from({ length: size }, (_, place) => chatChunk(delta(place))));

    const operators: readonly OperatorFunction<AnswerChunk, unknown>[] = [
      accumulateMessage(),
      toMessage(),
      accumulateView(),
      toolCalls(),
      pipe(
        map((chunk): ToolRunEvent => ({ turn: 0, type: 'chunk', chunk: chunk as ChatCompletionChunk })),
        accumulateRun(),
      ),
    ];
    for (const operator of operators) {
      expectLinear([150, 300, 600, 1200], (size) => exhaust(source(size).pipe(operator)));
    }
  });
});
