import {
  absent,
  count,
  list,
  logprobs,
  misfit,
  object,
  type Read,
  readOrThrow,
  text,
  textOr,
  word,
} from '../answers/read-fields.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../schemas/completion.js';
import { isObject } from '../util/is-object.js';
import { reasoningIn } from './loose-values.js';

/*
 * What a chunk may hold, for each wire format. What is only told about an answer never costs it: such a field is read if
 * possible, and left out otherwise. Text, tool calls and finish reasons that cannot be read are a misfit. `false` stands for
 * nothing on some servers.
 */

/** A field of the answer other than text, of another type than it should be. */
const part: Read = (value) => (value === false ? undefined : misfit(value));

/** Reasoning in any of the known shapes. An empty text stays, since some servers need the field back. */
const reasoning: Read = (value) => (typeof value === 'string' ? value : reasoningIn(value) || undefined);

const contentParts = list(
  (value) => (isObject(value) && typeof value['type'] === 'string' ? value : misfit(value)),
  misfit,
);

const functionCall = object(
  { name: text, arguments: textOr((value) => (isObject(value) ? value : misfit(value))) },
  part,
);

const toolCall = object(
  {
    index: (value) => (typeof value === 'number' ? value : part(value)),
    id: text,
    type: word,
    function: functionCall,
    custom: object({ name: text, input: text }, part),
  },
  misfit,
);

const deltaFields = {
  role: word,
  content: textOr(contentParts),
  refusal: text,
  reasoning_content: reasoning,
  reasoning,
  tool_calls: list(toolCall, part),
  function_call: functionCall,
};

const finishReason: Read = (value) => (typeof value === 'string' ? value : part(value));

const tokenDetails = object({ cached_tokens: count, reasoning_tokens: count }, absent);

function chunk(choice: Read, fields: Readonly<Record<string, Read>> = {}): Read {
  return object(
    {
      ...fields,
      id: word,
      object: word,
      created: count,
      model: word,
      choices: list(choice, (value) => (value === false ? [] : misfit(value))),
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
      system_fingerprint: word,
    },
    misfit,
  );
}

const delta = object(deltaFields, (value) => (value === false ? {} : misfit(value)));

const chatChunk = chunk(
  object(
    { delta, finish_reason: finishReason, logprobs: object({ content: logprobs, refusal: logprobs }, absent) },
    misfit,
  ),
  { service_tier: word },
);

const completionChunk = chunk(object({ text, delta, finish_reason: finishReason }, misfit));

/** Checks and mends a document of `/chat/completions` in place. Throws a `ProtocolError` that names the field, not its value. */
export function readChatChunk(document: unknown): ChatCompletionChunk {
  return readOrThrow('chunk', chatChunk, document) as ChatCompletionChunk;
}

/** Checks and mends a document of the legacy `/completions` in place, like {@link readChatChunk}. */
export function readCompletionChunk(document: unknown): CompletionChunk {
  return readOrThrow('chunk', completionChunk, document) as CompletionChunk;
}
