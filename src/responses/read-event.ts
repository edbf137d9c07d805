import { checkIndex } from '../answers/check-index.js';
import { count, logprobs, misfit, object, type Read, readOrThrow, text, word } from '../answers/read-fields.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { isObject } from '../util/is-object.js';
import { stateTypes } from './ending.js';
import { complete, item, part, response, thought } from './read-response.js';

/*
 * What an event may hold, by its type. Only its type, indices, deltas and whole texts can make it invalid; what is missing
 * or of another type than documented is left out, or empty where the types require it.
 */

const index: Read = (value) => (value === false ? undefined : checkIndex(value, 'output'));

const zero = (): number => 0;
const nothing = (): string => '';

type Fields = Readonly<Record<string, Read>>;
type Missing = Readonly<Record<string, () => unknown>>;

const base: Fields = {
  type: (value) => (typeof value === 'string' ? value : misfit(value)),
  sequence_number: count,
  item_id: word,
};
const ofItem: Missing = { output_index: zero };
const ofPart: Missing = { output_index: zero, content_index: zero };
const ofSummary: Missing = { output_index: zero, summary_index: zero };

/** Creates the reader of an event that has these indices and fields. */
function event(indices: Missing, fields: Fields, missing: Missing = {}): Read {
  const read = Object.fromEntries(Object.keys(indices).map((key) => [key, index]));
  return complete({ ...base, ...read, ...fields }, { ...indices, ...missing });
}

const ofNothing: Missing = {};
const record: Read = (value) => (isObject(value) ? value : undefined);
const lifecycle = event(ofNothing, { response }, { response: () => ({ id: '' }) });
const itemEvent = event(ofItem, { item }, { item: () => ({ type: '' }) });
const noPart = { part: () => ({ type: '' }) };
const partEvent = event(ofPart, { part }, noPart);
const summaryPartEvent = event(ofSummary, { part }, noPart);
const hosted = event(ofItem, {});
const commandEvent = event(ofItem, { command_index: count, command: word });
const unknown = object({ ...base, output_index: index }, misfit);

/** Creates the readers of a text in pieces, and of the whole. */
function textIn(
  name: string,
  indices: Missing,
  whole: string,
  { read = text, more = {} }: { readonly read?: Read; readonly more?: Fields } = {},
): readonly (readonly [string, Read])[] {
  return [
    [`response.${name}.delta`, event(indices, { ...more, delta: read }, { delta: nothing })],
    [`response.${name}.done`, event(indices, { ...more, [whole]: read }, { [whole]: nothing })],
  ];
}

const readers: ReadonlyMap<unknown, Read> = new Map([
  ...[...stateTypes].map((type) => [type, lifecycle] as const),
  ['response.output_item.added', itemEvent],
  ['response.output_item.done', itemEvent],
  ['response.content_part.added', partEvent],
  ['response.content_part.done', partEvent],
  ['response.reasoning_summary_part.added', summaryPartEvent],
  ['response.reasoning_summary_part.done', summaryPartEvent],
  ['response.output_text.annotation.added', event(ofPart, { annotation_index: count, annotation: record })],
  ...textIn('output_text', ofPart, 'text', { more: { logprobs } }),
  ...textIn('refusal', ofPart, 'refusal'),
  ...textIn('reasoning_text', ofPart, 'text', { read: thought }),
  ...textIn('reasoning_summary_text', ofSummary, 'text', { read: thought }),
  ...textIn('function_call_arguments', ofItem, 'arguments'),
  ...textIn('mcp_call_arguments', ofItem, 'arguments'),
  ...textIn('custom_tool_call_input', ofItem, 'input'),
  ...textIn('code_interpreter_call_code', ofItem, 'code'),
  ...textIn('apply_patch_call_operation_diff', ofItem, 'diff'),
  ['response.audio.delta', event(ofNothing, { delta: text }, { delta: nothing })],
  ['response.audio.transcript.delta', event(ofNothing, { delta: text }, { delta: nothing })],
  [
    'response.image_generation_call.partial_image',
    event(
      ofItem,
      { partial_image_index: count, partial_image_b64: word },
      { partial_image_index: zero, partial_image_b64: nothing },
    ),
  ],
  ['response.shell_call_command.added', commandEvent],
  ['response.shell_call_command.done', commandEvent],
  ['response.shell_call_command.delta', event(ofItem, { command_index: count, delta: text }, { delta: nothing })],
  [
    'response.shell_call_output_content.delta',
    event(
      ofItem,
      { command_index: count, delta: object({ stdout: text, stderr: text }, misfit) },
      { delta: () => ({}) },
    ),
  ],
  [
    'response.shell_call_output_content.done',
    event(
      ofItem,
      { command_index: count, output: (value) => (Array.isArray(value) ? value : undefined) },
      { output: () => [] },
    ),
  ],
]);

/** The events of tools that the server runs, and of its own items. */
const hostedTypes = /^response\.(?:\w+_(?:call|tools)|compaction)\.\w+$/u;

const anyEvent: Read = (value) => {
  const type: unknown = isObject(value) ? value['type'] : undefined;
  const read = readers.get(type) ?? (hostedTypes.test(String(type)) ? hosted : unknown);
  return read(value);
};

/**
 * Reads a piece of a text as {@link readEvent} does; `undefined` for a document that is mended, or is another event: those
 * come once, while pieces come again and again.
 */
export function readUnmendedDelta(document: unknown): ResponseEvent | undefined {
  const sent = JSON.stringify(document);
  if (
    !isObject(document) ||
    !/^response\..*\.delta$/u.test(String(document['type'])) ||
    !readers.has(document['type'])
  ) {
    return undefined;
  }
  try {
    const event = readEvent(document);
    return JSON.stringify(event) === sent ? event : undefined;
  } catch {
    // The parser reads the same document, and tells the error.
    return undefined;
  }
}

/** Checks and mends a document that has a type in place. Throws a `ProtocolError` that names the field, not its value. */
export function readEvent(document: unknown): ResponseEvent {
  return readOrThrow('event', anyEvent, document) as ResponseEvent;
}
