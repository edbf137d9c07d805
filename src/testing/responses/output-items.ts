import type { ResponseEvent } from '../../schemas/response-event.js';
import type { ResponseOutputItem } from '../../schemas/response-object.js';
import { check, checkFields } from '../../util/check.js';
import { isObject } from '../../util/is-object.js';

/** A text as it streams: its pieces, or a string, which streams word by word. */
export type TextPieces = string | readonly string[];

/**
 * An item of a response's output as it streams: text, a refusal, reasoning as a summary or as its text, or a call of a
 * function or of a custom tool, whose `call_id` is `call_` and its place in the output by default. An item as the API has it,
 * with a `type`, is added and done without pieces.
 */
export type DescribedItem =
  | { readonly text: TextPieces }
  | { readonly refusal: TextPieces }
  | { readonly summary: TextPieces; readonly encrypted_content?: string | undefined }
  | { readonly reasoning: TextPieces; readonly encrypted_content?: string | undefined }
  | { readonly name: string; readonly arguments: TextPieces; readonly call_id?: string | undefined }
  | { readonly name: string; readonly input: TextPieces; readonly call_id?: string | undefined }
  | ResponseOutputItem;

/** The output of a response: its text, an item, or a list of both. */
export type DescribedOutput = string | DescribedItem | readonly (string | DescribedItem)[];

/** An item of an output, and the events between those that add and finish it. */
export interface StreamedItem {
  readonly added: ResponseOutputItem;
  /** The events that add its text, piece by piece. */
  readonly pieces: readonly ResponseEvent[];
  /** The events that repeat the whole text. */
  readonly wholes: readonly ResponseEvent[];
  readonly done: ResponseOutputItem;
}

/** A kind of text in an output, by the field that describes it. */
export type TextField = 'text' | 'refusal' | 'summary' | 'reasoning' | 'arguments' | 'input';

type Fields = Readonly<Record<string, unknown>>;

/** How a kind of text streams. */
interface Form {
  /** Its events are `response.${event}.delta` and `.done`. */
  readonly event: string;
  /** The field of the `done` event, and of its part or item, that holds the whole text. */
  readonly whole: string;
  /** The type of the part that holds the text; a call has none. */
  readonly part?: string;
  /** Its item, and the name of the list of parts in it. */
  readonly item: { readonly type: string; readonly prefix: string; readonly list?: string };
  /** What may be described besides the text. */
  readonly fields: readonly string[];
}

const message = { type: 'message', prefix: 'msg', list: 'content' };
const thought = ['encrypted_content'];
const call = ['name', 'call_id'];

const forms: Readonly<Record<TextField, Form>> = {
  text: { event: 'output_text', whole: 'text', part: 'output_text', item: message, fields: [] },
  refusal: { event: 'refusal', whole: 'refusal', part: 'refusal', item: message, fields: [] },
  summary: {
    event: 'reasoning_summary_text',
    whole: 'text',
    part: 'summary_text',
    item: { type: 'reasoning', prefix: 'rs', list: 'summary' },
    fields: thought,
  },
  reasoning: {
    event: 'reasoning_text',
    whole: 'text',
    part: 'reasoning_text',
    item: { type: 'reasoning', prefix: 'rs', list: 'content' },
    fields: thought,
  },
  arguments: {
    event: 'function_call_arguments',
    whole: 'arguments',
    item: { type: 'function_call', prefix: 'fc' },
    fields: call,
  },
  input: {
    event: 'custom_tool_call_input',
    whole: 'input',
    item: { type: 'custom_tool_call', prefix: 'ctc' },
    fields: call,
  },
};

/**
 * Converts the description of an output to its items.
 *
 * @param last The status of the last item; those before it are completed.
 * @throws TypeError naming the invalid field.
 */
export function streamItems(output: DescribedOutput, last = 'completed'): readonly StreamedItem[] {
  const isList = Array.isArray(output);
  const items = (isList ? output : [output]) as readonly (string | DescribedItem)[];
  return items.map((item, place) =>
    streamItem(item, place, isList ? `output[${place}]` : 'output', place < items.length - 1 ? 'completed' : last),
  );
}

/** Creates the event that adds a piece to a text. */
export function deltaEvent(field: TextField, delta: string, output: number, part: number): ResponseEvent {
  return textEvent(field, 'delta', { delta }, output, part);
}

/**
 * Converts the description of one item.
 *
 * @param place Its place in the output; `where` names it in errors.
 */
export function streamItem(
  item: string | DescribedItem,
  place: number,
  where: string,
  status = 'completed',
): StreamedItem {
  const described: Fields = typeof item === 'string' ? { text: item } : item;
  const isItem = isObject(described) && typeof described['type'] === 'string';
  const field = isObject(described) ? fieldIn(described) : undefined;
  if (isItem || field === undefined) {
    check(isItem, where, 'a text, or an item such as { text }, { summary }, { name, arguments } or { type }', item);
    return { added: described as never, pieces: [], wholes: [], done: described as never };
  }
  checkDescribed(described, field, where);
  return streamText(field, described, place, status);
}

function fieldIn(described: Fields): TextField | undefined {
  return (Object.keys(forms) as TextField[]).find((field) => described[field] !== undefined);
}

function checkDescribed(described: Fields, field: TextField, where: string): void {
  const { fields } = forms[field];
  checkFields(described, [field, ...fields], where);
  const text = described[field];
  const isText = typeof text === 'string' || (Array.isArray(text) && text.every((piece) => typeof piece === 'string'));
  check(isText, `${where}.${field}`, 'a string or a list of strings', text);
  for (const key of fields) {
    const value = described[key];
    check(typeof value === 'string' || (value === undefined && key !== 'name'), `${where}.${key}`, 'a string', value);
  }
}

function streamText(field: TextField, described: Fields, place: number, status: string): StreamedItem {
  const { whole, part, item: of, fields } = forms[field];
  const given = described[field] as TextPieces;
  const pieces = typeof given === 'string' ? wordsOf(given) : given;
  const text = pieces.join('');
  const own = fields.map((key) => [key, described[key] ?? (key === 'call_id' ? `call_${place}` : undefined)] as const);
  const item = (state: string, parts: readonly unknown[], value: string): ResponseOutputItem =>
    ({
      type: of.type,
      id: `${of.prefix}_${place}`,
      ...(of.type === 'message' ? { role: 'assistant' } : {}),
      ...(of.type === 'reasoning' ? { summary: [] } : { status: state }),
      ...Object.fromEntries(own.filter(([, value]) => value !== undefined)),
      [of.list ?? whole]: of.list === undefined ? value : parts,
    }) as unknown as ResponseOutputItem;
  const partOf = (value: string): Fields => ({
    type: part,
    [whole]: value,
    ...(part === 'output_text' ? { annotations: [], logprobs: [] } : {}),
  });
  const partEvent = (step: string, value: string): readonly ResponseEvent[] => {
    const event = field === 'summary' ? 'reasoning_summary_part' : 'content_part';
    return part === undefined ? [] : [eventAt(field, `${event}.${step}`, { part: partOf(value) }, place, 0)];
  };
  return {
    added: item('in_progress', [], ''),
    pieces: [...partEvent('added', ''), ...pieces.map((piece) => deltaEvent(field, piece, place, 0))],
    wholes: [textEvent(field, 'done', { [whole]: text }, place, 0), ...partEvent('done', text)],
    done: item(status, [partOf(text)], text),
  };
}

function textEvent(field: TextField, step: string, fields: Fields, output: number, part: number): ResponseEvent {
  const all = field === 'text' ? { ...fields, logprobs: [] } : fields;
  return eventAt(field, `${forms[field].event}.${step}`, all, output, part);
}

function eventAt(field: TextField, name: string, fields: Fields, output: number, part: number): ResponseEvent {
  const { item, part: hasParts } = forms[field];
  return {
    type: `response.${name}`,
    ...fields,
    item_id: `${item.prefix}_${output}`,
    output_index: output,
    ...(hasParts === undefined ? {} : { [field === 'summary' ? 'summary_index' : 'content_index']: part }),
  } as unknown as ResponseEvent;
}

/** Splits a text into words, each with the space before it, as most models send it. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}
