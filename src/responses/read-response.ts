import { absent, count, logprobs, misfit, object, type Read, text, textOr, word } from '../answers/read-fields.js';
import { isObject } from '../util/is-object.js';

/*
 * What a response, its items and their parts may hold. Only whole texts can make them invalid; what is missing or of another
 * type than documented is left out, or empty where the types require it.
 */

/** Creates the reader of an object whose missing fields are added. */
export function complete(
  fields: Readonly<Record<string, Read>>,
  missing: Readonly<Record<string, () => unknown>>,
  otherwise = absent,
): Read {
  const read = object(fields, otherwise);
  const required = Object.keys(missing);
  return (value) => {
    const taken = read(value);
    if (isObject(taken)) {
      for (const key of required) {
        taken[key] ??= missing[key]?.();
      }
    }
    return taken;
  };
}

/** Creates the reader of a list of objects. Anything else in it is left out. */
function objects(read: Read): Read {
  return (value) => (Array.isArray(value) ? (value as unknown[]).filter(isObject).map(read) : undefined);
}

const nothing = (): string => '';
const none = (): readonly unknown[] => [];

/** Reasoning never costs an answer. */
export const thought: Read = textOr(absent);

/** A part whose type is one of those with a text. */
const parts: ReadonlyMap<unknown, Read> = new Map([
  ['output_text', complete({ text, annotations: objects((value) => value), logprobs }, { text: nothing })],
  ['refusal', complete({ refusal: text }, { refusal: nothing })],
  ['reasoning_text', complete({ text: thought }, { text: nothing })],
  ['summary_text', complete({ text: thought }, { text: nothing })],
]);

const other = complete({ type: word, id: word, status: word }, { type: nothing });

/** Creates the reader of an object by its type. */
function byType(readers: ReadonlyMap<unknown, Read>): Read {
  return (value) => (readers.get(isObject(value) ? value['type'] : undefined) ?? other)(value);
}

/** A part of an item's content or summary. */
export const part: Read = byType(parts);

const named = { id: word, status: word, call_id: word, name: word };
const unnamed = { call_id: nothing, name: nothing };
/** Servers that send the arguments as an object mean its JSON text. */
const jsonText = textOr((value) => (isObject(value) ? JSON.stringify(value) : misfit(value)));

/** An item of a response's output. */
export const item: Read = byType(
  new Map([
    [
      'message',
      complete(
        { id: word, status: word, role: word, content: objects(part) },
        { role: () => 'assistant', content: none },
      ),
    ],
    [
      'reasoning',
      object(
        { id: word, status: word, summary: objects(part), content: objects(part), encrypted_content: word },
        absent,
      ),
    ],
    ['function_call', complete({ ...named, arguments: jsonText }, { ...unnamed, arguments: nothing })],
    ['custom_tool_call', complete({ ...named, input: text }, { ...unnamed, input: nothing })],
  ]),
);

const tokenDetails = object({ cached_tokens: count, reasoning_tokens: count }, absent);
const label: Read = (value) => (typeof value === 'number' ? String(value) : word(value));
const failure = object({ code: label, message: word }, absent);

/** A response. */
export const response: Read = complete(
  {
    id: word,
    object: word,
    created_at: count,
    status: word,
    error: (value) => failure(typeof value === 'string' ? { message: value } : value),
    incomplete_details: object({ reason: word }, absent),
    model: word,
    output: objects(item),
    usage: object(
      {
        input_tokens: count,
        input_tokens_details: tokenDetails,
        output_tokens: count,
        output_tokens_details: tokenDetails,
        total_tokens: count,
      },
      absent,
    ),
    background: (value) => (typeof value === 'boolean' ? value : undefined),
  },
  { id: nothing },
);
