import { isObject } from '../util/is-object.js';
import { numberIn, reasoningIn } from './loose-values.js';

/** Returns the value to use instead of one that does not fit, or `undefined` to leave its field out. */
type Mend = (value: unknown) => unknown;

/**
 * Mends the fields of a raw chunk that have another type than documented, in place. What is only told about an answer never
 * costs it: such a field is read if possible, and left out otherwise. Text, tool calls and finish reasons that cannot be
 * read stay as they are, for the schema to reject. Call it only for a chunk that does not fit.
 */
export function mendChunk(chunk: Record<string, unknown>): void {
  mendFields(chunk, chunkFields);
}

function mendFields(fields: Record<string, unknown>, mends: Readonly<Record<string, Mend>>): void {
  for (const [key, mend] of Object.entries(mends)) {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (value !== undefined && value !== null) {
      const mended = mend(value);
      if (mended === undefined) {
        Reflect.deleteProperty(fields, key);
      } else {
        fields[key] = mended;
      }
    }
  }
}

/** Text of the answer: a number is its JSON text. */
const text: Mend = (value) => (typeof value === 'number' ? String(value) : value === false ? undefined : value);

/** A field of the answer other than text. */
const part: Mend = (value) => (value === false ? undefined : value);

/** A word that is only told about the answer. */
const word: Mend = (value) => (typeof value === 'string' ? value : undefined);

/** Reasoning in any of the known shapes. An empty text stays, since some servers need the field back. */
const reasoning: Mend = (value) => (typeof value === 'string' ? value : reasoningIn(value) || undefined);

/** A number, or a number as text. */
const count: Mend = numberIn;

function object(mends: Readonly<Record<string, Mend>>, otherwise: Mend): Mend {
  return (value) => {
    if (!isObject(value)) {
      return otherwise(value);
    }
    mendFields(value, mends);
    return value;
  };
}

function list(mend: Mend, otherwise: Mend): Mend {
  return (value) => (Array.isArray(value) ? (value as unknown[]).map(mend) : otherwise(value));
}

const absent: Mend = () => undefined;

const functionCall = object({ name: text, arguments: text }, part);

const toolCall = object(
  { index: part, id: text, type: word, function: functionCall, custom: object({ name: text, input: text }, part) },
  part,
);

const delta = object(
  {
    role: word,
    content: text,
    refusal: text,
    reasoning_content: reasoning,
    reasoning,
    tool_calls: list(toolCall, part),
    function_call: functionCall,
  },
  part,
);

const token = object({ token: word, logprob: count }, absent);

/** Log probabilities without a token or number are left out. */
const logprobs: Mend = (value) =>
  Array.isArray(value)
    ? (value as unknown[])
        .map(token)
        .filter((item) => isObject(item) && typeof item['token'] === 'string' && typeof item['logprob'] === 'number')
    : undefined;

const choice = object(
  {
    text,
    delta: (value) => (value === false ? {} : delta(value)),
    finish_reason: part,
    logprobs: object({ content: logprobs, refusal: logprobs }, absent),
  },
  part,
);

const tokenDetails = object({ cached_tokens: count, reasoning_tokens: count }, absent);

const chunkFields: Readonly<Record<string, Mend>> = {
  id: word,
  object: word,
  created: count,
  model: word,
  choices: list(choice, (value) => (value === false ? [] : value)),
  usage: object(
    {
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      prompt_tokens_details: tokenDetails,
      completion_tokens_details: tokenDetails,
    },
    absent,
  ),
  service_tier: word,
  system_fingerprint: word,
};
