import * as z from 'zod/mini';
import type { ContentPart, FunctionDelta, ToolCallDelta } from '../../schemas/chat-completion-chunk.js';
import type { LocalDelta } from '../local-model.js';

const functionDelta: z.ZodMiniType<FunctionDelta> = z.looseObject({
  name: z.nullish(z.string()),
  arguments: z.nullish(z.union([z.string(), z.looseObject({})])),
});

const toolCallDelta: z.ZodMiniType<ToolCallDelta> = z.looseObject({
  index: z.nullish(z.number()),
  id: z.nullish(z.string()),
  type: z.nullish(z.string()),
  function: z.nullish(functionDelta),
  custom: z.nullish(z.looseObject({ name: z.nullish(z.string()), input: z.nullish(z.string()) })),
});

const contentPart: z.ZodMiniType<ContentPart> = z.looseObject({ type: z.string() });

/** Schema of what a model may emit: stricter than what is read from servers. */
export const chatDelta: z.ZodMiniType<LocalDelta> = z.looseObject({
  role: z.nullish(z.string()),
  content: z.nullish(z.union([z.string(), z.array(contentPart)])),
  refusal: z.nullish(z.string()),
  reasoning_content: z.nullish(z.string()),
  reasoning: z.nullish(z.string()),
  tool_calls: z.nullish(z.array(toolCallDelta)),
  function_call: z.nullish(functionDelta),
  finish_reason: z.nullish(z.string()),
});
