import * as z from 'zod/mini';
import { LocalError } from '../http/local-error.js';
import type { LocalModelRequest } from '../local-model.js';

/** A checked request: what to ask the model, and how to answer. */
export interface GenerationRequest {
  readonly asked: LocalModelRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The number of pieces after which the answer is cut; `Infinity` if the request has no limit. */
  readonly maxTokens: number;
  /** Stop sequences. */
  readonly stop: readonly string[];
  /** The number of answers: the request's `n`. */
  readonly choices: number;
}

/** A field that may be left out, or null. */
export const flag = z.nullish(z.boolean('true or false'));

/** A maximum number of tokens. */
export const tokenLimit = z.nullish(z.int('a whole number').check(z.positive('1 or more')));

const stopSequence = z
  .string('a string')
  .check(z.minLength(1, 'a string that is not empty'), z.maxLength(1000, 'a string of at most 1,000 characters'));

const choiceCount = 'a whole number from 1 to 128';

/** The fields that chat and legacy completions read. Others, such as `temperature` and `seed`, are accepted and ignored. */
export const generationBody = z.looseObject(
  {
    model: z.string('the name of a model'),
    stream: flag,
    stream_options: z.nullish(z.looseObject({ include_usage: flag }, 'an object')),
    max_tokens: tokenLimit,
    stop: z.nullish(
      z.union([stopSequence, z.array(stopSequence).check(z.maxLength(4))], 'a string or an array of up to 4 strings'),
    ),
    n: z.nullish(z.int(choiceCount).check(z.minimum(1, choiceCount), z.maximum(128, choiceCount))),
  },
  'a JSON object',
);
interface GenerationBody extends z.infer<typeof generationBody> {}

/** Reads how to answer. Throws a `LocalError` for stream options without a stream, as OpenAI does. */
export function readGenerationFields(body: GenerationBody): Omit<GenerationRequest, 'asked'> {
  const stream = body.stream === true;
  if (!stream && body.stream_options) {
    throw new LocalError(400, "'stream_options' is only allowed with 'stream': true.", { param: 'stream_options' });
  }
  return {
    stream,
    includeUsage: body.stream_options?.include_usage === true,
    maxTokens: body.max_tokens ?? Infinity,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
    choices: body.n ?? 1,
  };
}
