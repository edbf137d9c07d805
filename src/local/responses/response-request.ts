import * as z from 'zod/mini';
import type { ResponseObject } from '../../schemas/response-object.js';
import { checkBody } from '../answers/check-body.js';
import { flag, tokenLimit } from '../answers/generation-request.js';
import { readTools } from '../answers/read-tools.js';
import { createId } from '../create-id.js';
import { LocalError } from '../http/local-error.js';
import { promptOf, type LocalModelRequest } from '../local-model.js';
import type { InputItem, StoredResponses } from './stored-responses.js';
import { toMessages } from './to-messages.js';

/** A checked request to `/responses`. */
export interface ResponseOrder {
  readonly asked: LocalModelRequest;
  /** The conversation that a later response may follow: without instructions and the answer. */
  readonly items: readonly InputItem[];
  readonly stream: boolean;
  readonly background: boolean;
  readonly store: boolean;
  readonly maxTokens: number;
  readonly body: ResponseBody;
}

const text = z.string('a string');

const responseBody = z.looseObject(
  {
    model: z.string('the name of a model'),
    input: z.optional(z.union([z.string(), z.array(z.looseObject({}, 'an object'))], 'a string or an array of items')),
    instructions: z.nullish(text),
    previous_response_id: z.nullish(z.string('the id of a response')),
    conversation: z.nullish(z.never('left out: this server keeps responses only, see previous_response_id')),
    prompt: z.nullish(z.never('left out: this server keeps no prompts')),
    stream: flag,
    background: flag,
    store: flag,
    max_output_tokens: tokenLimit,
  },
  'a JSON object',
);
interface ResponseBody extends z.infer<typeof responseBody> {}

const textTypes: readonly unknown[] = ['input_text', 'output_text', 'text'];
const parts = z.union(
  [
    z.string(),
    z.array(
      z.looseObject({ type: text }, 'an object with a type').check(
        z.refine((part) => !textTypes.includes(part.type) || typeof part['text'] === 'string', {
          path: ['text'],
          error: 'a string',
        }),
      ),
    ),
  ],
  'a string or an array of parts',
);

const roles = 'one of user, assistant, system and developer';

/** What an item must have, by its type. Other types pass as they are. */
const itemFields: ReadonlyMap<string, z.ZodMiniType> = new Map<string, z.ZodMiniType>([
  ['message', z.looseObject({ role: z.enum(['user', 'assistant', 'system', 'developer'], roles), content: parts })],
  ['function_call', z.looseObject({ call_id: text, name: text, arguments: text })],
  ['custom_tool_call', z.looseObject({ call_id: text, name: text, input: text })],
  ['function_call_output', z.looseObject({ call_id: text, output: parts })],
  ['custom_tool_call_output', z.looseObject({ call_id: text, output: parts })],
  ['item_reference', z.looseObject({ id: text })],
]);

const otherItem = z.looseObject({ type: z.string('a string, or left out beside a role') });

/** Fields of a chat that OpenAI refuses here, and what to use instead. */
const moved: readonly (readonly [string, string])[] = [
  ['messages', 'input'],
  ['max_tokens', 'max_output_tokens'],
  ['max_completion_tokens', 'max_output_tokens'],
  ['response_format', 'text.format'],
  ['reasoning_effort', 'reasoning.effort'],
];

/** Reads a body of `/responses`. Throws a `LocalError` 400 that names the first invalid field. */
export function readResponseRequest(input: unknown, stored: StoredResponses): ResponseOrder {
  const body = checkBody(responseBody, input);
  for (const [param, other] of moved) {
    if (body[param] !== undefined) {
      const message = `'${param}' is a field of /chat/completions: use '${other}' instead.`;
      throw new LocalError(400, message, { param, code: 'unsupported_parameter' });
    }
  }
  const previous = body.previous_response_id ?? undefined;
  if (body.input === undefined && previous === undefined) {
    throw new LocalError(400, "'input' is missing: it must be a string or an array of items.", {
      param: 'input',
      code: 'missing_required_parameter',
    });
  }
  const items = [
    ...(previous === undefined ? [] : findConversation(previous, stored)),
    ...readInput(body.input ?? [], stored),
  ];
  const instructions: readonly InputItem[] = body.instructions
    ? [{ type: 'message', role: 'system', content: body.instructions }]
    : [];
  const messages = toMessages([...instructions, ...items]);
  return {
    asked: {
      operation: 'responses',
      model: body.model,
      messages,
      prompt: promptOf(messages),
      ...readTools(body),
      body,
    },
    items,
    stream: body.stream === true,
    background: body.background === true,
    store: body.store !== false,
    maxTokens: body.max_output_tokens ?? Infinity,
    body,
  };
}

function findConversation(id: string, stored: StoredResponses): readonly InputItem[] {
  const conversation = stored.conversationOf(id);
  if (conversation === undefined) {
    throw new LocalError(400, `There is no finished response with the id '${id}' here.`, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    });
  }
  return conversation;
}

function readInput(input: string | readonly object[], stored: StoredResponses): readonly InputItem[] {
  if (typeof input === 'string') {
    return [{ type: 'message', role: 'user', content: input }];
  }
  return input.map((given, index) => {
    const item = { ...given, type: typeOf(given) } as InputItem;
    checkBody(itemFields.get(item.type) ?? otherItem, item, ['input', index]);
    return item.type === 'item_reference' ? findItem(String(item['id']), stored) : item;
  });
}

/** Messages and references may leave out their type. */
function typeOf({
  type,
  role,
  id,
}: {
  readonly type?: unknown;
  readonly role?: unknown;
  readonly id?: unknown;
}): unknown {
  return type ?? (role !== undefined ? 'message' : id !== undefined ? 'item_reference' : undefined);
}

function findItem(id: string, stored: StoredResponses): InputItem {
  const item = stored.findItem(id);
  if (item === undefined) {
    throw new LocalError(404, `There is no item with the id '${id}' here.`, { param: 'input' });
  }
  return item;
}

/** Creates the response to a request as it is before its generation. Most of what was asked is repeated, as OpenAI does. */
export function createResponse(order: ResponseOrder, now: number): ResponseObject {
  const { body, background, store } = order;
  return {
    id: createId('resp_'),
    object: 'response',
    created_at: Math.floor(now / 1000),
    status: background ? 'queued' : 'in_progress',
    background,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: body.model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: body['reasoning'] ?? { effort: null, summary: null },
    service_tier: 'default',
    store,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: body['metadata'] ?? {},
  };
}
