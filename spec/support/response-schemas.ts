import * as z from 'zod/mini';

const optionalText = z.nullish(z.string());
const logprobs = z.nullish(z.array(z.looseObject({ token: z.string(), logprob: z.number() })));
const index = z.number().check(z.refine((value) => Number.isInteger(value) && value >= 0));

const anyPart = z.looseObject({ type: z.string() });
const parts: Readonly<Record<string, z.ZodMiniType>> = {
  output_text: z.looseObject({ text: z.string(), annotations: z.nullish(z.array(z.looseObject({}))), logprobs }),
  refusal: z.looseObject({ refusal: z.string() }),
  reasoning_text: z.looseObject({ text: z.string() }),
  summary_text: z.looseObject({ text: z.string() }),
};

/** Creates the schema of an object that has a type, by that type. */
function byType(
  schemas: Readonly<Record<string, z.ZodMiniType>>,
  other: z.ZodMiniType<{ type: string }>,
): z.ZodMiniType {
  return other.check(
    z.refine((value) => (Object.hasOwn(schemas, value.type) ? schemas[value.type]!.safeParse(value).success : true)),
  );
}

const part = byType(parts, anyPart);
const partList = z.nullish(z.array(part));

const item = byType(
  {
    message: z.looseObject({ role: z.string(), content: z.array(part) }),
    reasoning: z.looseObject({ summary: partList, content: partList, encrypted_content: optionalText }),
    function_call: z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() }),
    custom_tool_call: z.looseObject({ call_id: z.string(), name: z.string(), input: z.string() }),
  },
  z.looseObject({ type: z.string(), id: optionalText, status: optionalText }),
);

const count = z.nullish(z.number());
const details = z.nullish(z.looseObject({ cached_tokens: count, reasoning_tokens: count }));

/** Schema of a response. */
const response = z.looseObject({
  id: z.string(),
  object: optionalText,
  created_at: count,
  status: optionalText,
  error: z.nullish(z.looseObject({ code: optionalText, message: optionalText })),
  incomplete_details: z.nullish(z.looseObject({ reason: optionalText })),
  model: optionalText,
  output: z.nullish(z.array(item)),
  usage: z.nullish(
    z.looseObject({
      input_tokens: count,
      output_tokens: count,
      total_tokens: count,
      input_tokens_details: details,
      output_tokens_details: details,
    }),
  ),
  background: z.nullish(z.boolean()),
});

const ofItem = { output_index: index };
const ofPart = { ...ofItem, content_index: index };
const ofSummary = { ...ofItem, summary_index: index };
const text = z.string();
const lifecycle = z.looseObject({ response });

const events: Readonly<Record<string, z.ZodMiniType>> = {
  'response.created': lifecycle,
  'response.in_progress': lifecycle,
  'response.completed': lifecycle,
  'response.output_item.added': z.looseObject({ ...ofItem, item }),
  'response.output_item.done': z.looseObject({ ...ofItem, item }),
  'response.content_part.added': z.looseObject({ ...ofPart, part }),
  'response.content_part.done': z.looseObject({ ...ofPart, part }),
  'response.reasoning_summary_part.done': z.looseObject({ ...ofSummary, part }),
  'response.output_text.delta': z.looseObject({ ...ofPart, delta: text, logprobs }),
  'response.output_text.done': z.looseObject({ ...ofPart, text, logprobs }),
  'response.output_text.annotation.added': z.looseObject({ ...ofPart, annotation: z.nullish(z.looseObject({})) }),
  'response.refusal.delta': z.looseObject({ ...ofPart, delta: text }),
  'response.refusal.done': z.looseObject({ ...ofPart, refusal: text }),
  'response.reasoning_text.delta': z.looseObject({ ...ofPart, delta: text }),
  'response.reasoning_summary_text.delta': z.looseObject({ ...ofSummary, delta: text }),
  'response.reasoning_summary_text.done': z.looseObject({ ...ofSummary, text }),
  'response.function_call_arguments.delta': z.looseObject({ ...ofItem, delta: text }),
  'response.function_call_arguments.done': z.looseObject({ ...ofItem, arguments: text }),
  'response.custom_tool_call_input.delta': z.looseObject({ ...ofItem, delta: text }),
  'response.web_search_call.searching': z.looseObject(ofItem),
  'response.image_generation_call.partial_image': z.looseObject({
    ...ofItem,
    partial_image_index: z.number(),
    partial_image_b64: text,
  }),
  'response.shell_call_output_content.delta': z.looseObject({
    ...ofItem,
    delta: z.looseObject({ stdout: z.nullish(text), stderr: z.nullish(text) }),
  }),
  'response.audio.transcript.delta': z.looseObject({ delta: text }),
};

/** The types of events that the schema knows. */
export const eventTypes = Object.keys(events);

/** Schema of an event as it is emitted. */
export const responseEvent = byType(
  events,
  z.looseObject({ type: z.string(), sequence_number: count, item_id: optionalText }),
);
