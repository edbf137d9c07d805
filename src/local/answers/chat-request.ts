import * as z from 'zod/mini';
import { checkBody } from './check-body.js';
import { generationFields, readGenerationFields, tokenLimit, type GenerationRequest } from './generation-request.js';
import { localMessage, textOf } from './local-message.js';

const expectedMessages = 'a non-empty array of messages';

const chatBody = z.looseObject(
  {
    ...generationFields,
    max_completion_tokens: tokenLimit,
    messages: z.array(localMessage, expectedMessages).check(z.minLength(1, expectedMessages)),
  },
  'a JSON object',
);

/** Reads the body of `/chat/completions`; a `LocalError` 400 names the field that does not fit. */
export function parseChatRequest(input: unknown): GenerationRequest {
  const body = checkBody(chatBody, input);
  const question = body.messages.filter(({ role }) => role === 'user').at(-1);
  return {
    ...readGenerationFields({ ...body, max_tokens: body.max_completion_tokens ?? body.max_tokens }),
    asked: {
      operation: 'chat',
      model: body.model,
      messages: body.messages,
      prompt: question === undefined ? '' : textOf(question),
      body,
    },
  };
}
