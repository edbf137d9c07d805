import * as z from 'zod/mini';
import { checkBody } from './check-body.js';
import { generationFields, readGenerationFields, type GenerationRequest } from './generation-request.js';

const completionBody = z.looseObject(
  {
    ...generationFields,
    prompt: z.union(
      [z.string(), z.array(z.string()).check(z.length(1))],
      'a string, or an array of one string (this server knows no token ids)',
    ),
  },
  'a JSON object',
);

/** Reads the body of the legacy `/completions`; a `LocalError` 400 names the field that does not fit. */
export function parseCompletionRequest(input: unknown): GenerationRequest {
  const body = checkBody(completionBody, input);
  const prompt = typeof body.prompt === 'string' ? body.prompt : body.prompt.join('');
  return {
    ...readGenerationFields(body),
    asked: {
      operation: 'completions',
      model: body.model,
      messages: [{ role: 'user', content: prompt }],
      prompt,
      body,
    },
  };
}
