import { eventStream } from '../answers.js';

function chunk(delta: object, finish_reason: string | null = null): object {
  return { id: 'chat-1', model: 'small', choices: [{ index: 0, delta, finish_reason }] };
}

function toolDelta(call: object): object {
  return chunk({ tool_calls: [{ index: 0, ...call }] });
}

const events: readonly unknown[] = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Größe: ' }),
  chunk({ content: '日本語 ' }),
  chunk({ content: '🚀👩‍🚀' }),
  toolDelta({ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } }),
  toolDelta({ function: { arguments: '{"city":"Zür' } }),
  toolDelta({ function: { arguments: 'ich","sign":"' } }),
  toolDelta({ function: { arguments: '山🏔"}' } }),
  chunk({}, 'tool_calls'),
  { id: 'chat-1', model: 'small', choices: [], usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 } },
  '[DONE]',
];

/** An answer with multi-byte characters in its text and in the arguments of its tool call. */
export const reference: Buffer = Buffer.from(eventStream(...events));

/** How many chunks the {@link reference} holds. */
export const referenceChunks = events.length - 1;

/** The text of the {@link reference}. */
export const referenceText = 'Größe: 日本語 🚀👩‍🚀';

/** The arguments of its tool call. */
export const referenceArguments = '{"city":"Zürich","sign":"山🏔"}';

/** Returns the number of bytes in the first events of the {@link reference}. */
export function lengthOf(count: number): number {
  return Buffer.byteLength(eventStream(...events.slice(0, count)));
}

/** Offsets in the {@link reference} where a server may break off. */
export const places: Readonly<Record<string, number>> = {
  'before the first chunk': 0,
  'in the middle of a chunk': lengthOf(2) + 20,
  'in the middle of a character': reference.indexOf('語') + 1,
  'in the middle of a tool call': lengthOf(6),
  'in the middle of an argument': reference.indexOf('山') + 2,
  'after the last argument': lengthOf(8),
  'after the finish reason': lengthOf(9),
};

/** Returns the reference with another finish reason, or with none if that is empty. */
export function endedWith(reason: string): string {
  return reference
    .toString()
    .replace('"finish_reason":"tool_calls"', `"finish_reason":${JSON.stringify(reason || null)}`);
}
