import { concatMap } from 'rxjs';
import * as z from 'zod/mini';
import { isObject } from '../../util/is-object.js';
import { promptOf } from '../local-model.js';
import type { ChoiceFormat } from './choice-format.js';
import { answerWith } from './answer-with.js';
import { checkBody } from './check-body.js';
import { generationBody, readGenerationFields, tokenLimit, type GenerationRequest } from './generation-request.js';
import type { Generation, GenerationEvent } from './generation.js';
import { readTools } from './read-tools.js';

const contentPart = z
  .looseObject({ type: z.string('a string') }, 'an object with a type')
  .check(
    z.refine((value) => value.type !== 'text' || typeof value.text === 'string', { path: ['text'], error: 'a string' }),
  );

const content = z.union([z.string(), z.array(contentPart)], 'a string or an array of parts');

const roles = 'one of system, developer, user, assistant, tool and function';

const chatMessage = z.discriminatedUnion(
  'role',
  [
    z.looseObject({ role: z.enum(['system', 'developer', 'user']), content }),
    z.looseObject({ role: z.enum(['assistant', 'function']), content: z.nullish(content) }),
    z.looseObject({ role: z.literal('tool'), content, tool_call_id: z.string('a string') }),
  ],
  { error: (issue) => ('discriminator' in issue ? roles : 'an object with role and content') },
);

const someMessages = 'a non-empty array of messages';

const chatBody = z.extend(generationBody, {
  max_completion_tokens: tokenLimit,
  messages: z.array(chatMessage, someMessages).check(z.minLength(1, someMessages)),
});

/** Reads a body of `/chat/completions`. Throws a `LocalError` 400 that names the first invalid field. */
function parseChatRequest(input: unknown): GenerationRequest {
  const body = checkBody(chatBody, input);
  return {
    ...readGenerationFields({ ...body, max_tokens: body.max_completion_tokens ?? body.max_tokens }),
    asked: {
      operation: 'chat',
      model: body.model,
      messages: body.messages,
      prompt: promptOf(body.messages),
      ...readTools(body),
      body,
    },
  };
}

/** Writes answers of `/chat/completions`. A stream has a choice with the role, one per piece and one that finishes. */
const chatFormat: ChoiceFormat = {
  idPrefix: 'chatcmpl-',
  wholeObject: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  toChoices: concatMap((event, index) => [...(index === 0 ? [toFirstChoice(event)] : []), toChoiceOf(event)]),
  toChoice: (generation) => ({
    message: toChatMessage(generation),
    logprobs: null,
    finish_reason: generation.reason,
  }),
};

/** Answers a request to `/chat/completions`. */
export const answerChat = answerWith(parseChatRequest, chatFormat);

function toFirstChoice(event: GenerationEvent): object {
  const calls = event.type === 'delta' && event.delta.tool_calls;
  return toChoice({ role: 'assistant', content: calls ? null : '' });
}

function toChoiceOf(event: GenerationEvent): object {
  if (event.type === 'finish') {
    return toChoice({}, event.reason);
  }
  return toChoice(event.type === 'piece' ? { content: event.text } : event.delta);
}

function toChoice(delta: object, reason: string | null = null): object {
  return { delta, logprobs: null, finish_reason: reason };
}

type Fields = Readonly<Record<string, unknown>>;

/** Merges pieces into one message. `content` is null if the message has other fields but no text. */
function toChatMessage({ pieces, text }: Generation): object {
  const calls = new Map<unknown, Fields>();
  let fields: Fields = {};
  for (const piece of pieces) {
    if (piece.type === 'delta') {
      const { tool_calls, content: added, role: _, ...rest } = piece.delta;
      fields = append(fields, typeof added === 'string' ? rest : { ...rest, content: added });
      for (const { index, ...call } of tool_calls ?? []) {
        const known = calls.get(index);
        calls.set(index, known ? append(known, { function: call.function, custom: call.custom }) : call);
      }
    }
  }
  const hasText = text !== '' || (calls.size === 0 && Object.keys(fields).length === 0);
  return {
    role: 'assistant',
    content: hasText ? text : null,
    refusal: null,
    ...fields,
    ...(calls.size === 0 ? {} : { tool_calls: [...calls].sort(byIndex).map(([, call]) => call) }),
  };
}

/** Appends strings and lists, merges objects and replaces other values; null and undefined add nothing. */
function append(fields: Fields, additions: Fields): Fields {
  const present = Object.entries(additions).filter(([, value]) => value !== undefined && value !== null);
  return { ...fields, ...Object.fromEntries(present.map(([key, value]) => [key, join(fields[key], value)])) };
}

function join(value: unknown, addition: unknown): unknown {
  if (typeof value === 'string' && typeof addition === 'string') {
    return value + addition;
  }
  if (Array.isArray(value) && Array.isArray(addition)) {
    return [...(value as unknown[]), ...(addition as unknown[])];
  }
  return isObject(value) && isObject(addition) ? append(value, addition) : addition;
}

function byIndex([one]: readonly [unknown, Fields], [other]: readonly [unknown, Fields]): number {
  return Number(one) - Number(other);
}
