import { eventStream, textChunk } from '../answers.js';
import { responseStream } from '../read-response.js';
import { callItem, created, itemEvent, messageItem, numbered, state, textDelta } from '../response-events.js';

/** An endpoint, as the end of its address. */
export type Endpoint = '/chat/completions' | '/responses';

/** What an endpoint answers with. All say the same, in events that do the same up to the ninth, which finishes. */
export interface Reference {
  /** Multi-byte characters in its text and in the arguments of its tool call. */
  readonly bytes: Buffer;
  /** Returns the number of bytes in the first events. */
  readonly lengthOf: (count: number) => number;
  /** Offsets where a server may break off. */
  readonly places: Readonly<Record<string, number>>;
  /** Formats an event that adds a text. */
  readonly add: (text: string) => string;
  /** What ends an answer with this text, after the event that adds it. */
  readonly finish: (text: string) => string;
  /** An answer with this text that is not a stream. */
  readonly whole: (text: string) => object;
}

/** The text of a {@link Reference}. */
export const referenceText = 'Größe: 日本語 🚀👩‍🚀';

/** The arguments of its tool call. */
export const referenceArguments = '{"city":"Zürich","sign":"山🏔"}';

const texts = ['Größe: ', '日本語 ', '🚀👩‍🚀'];
const pieces = ['{"city":"Zür', 'ich","sign":"', '山🏔"}'];

function chunk(delta: object, finish_reason: string | null = null): object {
  return { id: 'chat-1', model: 'small', choices: [{ index: 0, delta, finish_reason }] };
}

function toolDelta(call: object): object {
  return chunk({ tool_calls: [{ index: 0, ...call }] });
}

const chunks: readonly unknown[] = [
  chunk({ role: 'assistant', content: '' }),
  ...texts.map((content) => chunk({ content })),
  toolDelta({ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } }),
  ...pieces.map((piece) => toolDelta({ function: { arguments: piece } })),
  chunk({}, 'tool_calls'),
  { id: 'chat-1', model: 'small', choices: [], usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 } },
  '[DONE]',
];

const usage = { input_tokens: 3, output_tokens: 9, total_tokens: 12 };
const call = callItem('call_1', 'look_up', referenceArguments);

const responseEvents = numbered(
  created,
  ...texts.map((text) => textDelta(text)),
  itemEvent('added', { ...call, arguments: '' }, 1),
  ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', output_index: 1, delta })),
  state('completed', { output: [messageItem(referenceText), call], usage }),
);

function placesIn(bytes: Buffer, lengthOf: (count: number) => number): Readonly<Record<string, number>> {
  return {
    'before the first chunk': 0,
    'in the middle of a chunk': lengthOf(2) + 20,
    'in the middle of a character': bytes.indexOf('語') + 1,
    'in the middle of a tool call': lengthOf(6),
    'in the middle of an argument': bytes.indexOf('山') + 2,
    'after the last argument': lengthOf(8),
    'after the finish reason': lengthOf(9),
  };
}

function toReference<Event>(
  events: readonly Event[],
  format: (...events: readonly Event[]) => string,
): Pick<Reference, 'bytes' | 'lengthOf' | 'places'> {
  const bytes = Buffer.from(format(...events));
  const lengthOf = (count: number): number => Buffer.byteLength(format(...events.slice(0, count)));
  return { bytes, lengthOf, places: placesIn(bytes, lengthOf) };
}

/** The answer of each endpoint. */
export const references: Readonly<Record<Endpoint, Reference>> = {
  '/chat/completions': {
    ...toReference(chunks, eventStream),
    add: (text) => eventStream(textChunk(text)),
    finish: () => eventStream(textChunk('', 'stop'), '[DONE]'),
    whole: (content) => ({
      id: 'chat-1',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    }),
  },
  '/responses': {
    ...toReference(responseEvents, responseStream),
    add: (text) => responseStream(textDelta(text)),
    finish: (text) => responseStream(state('completed', { output: [messageItem(text)] })),
    whole: (text) => ({ id: 'resp-1', object: 'response', status: 'completed', output: [messageItem(text)] }),
  },
};

/** The answer from `/chat/completions`. */
export const { bytes: reference, lengthOf, places } = references['/chat/completions'];

/** How many chunks it holds. */
export const referenceChunks = chunks.length - 1;

/** Returns it with another finish reason, or with none if that is empty. */
export function endedWith(reason: string): string {
  return reference
    .toString()
    .replace('"finish_reason":"tool_calls"', `"finish_reason":${JSON.stringify(reason || null)}`);
}
