import * as z from 'zod/mini';
import { LocalError } from '../http/local-error.js';
import type { LocalModelRequest } from '../local-model.js';

/** A checked request: what the model is asked, and how the answer is wanted. */
export interface GenerationRequest {
  readonly asked: LocalModelRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Pieces after which the answer is cut; `Infinity` when the request names no limit. */
  readonly maxTokens: number;
  /** Texts before which the answer ends. */
  readonly stop: readonly string[];
  /** How many answers are wanted: the request's `n`. */
  readonly choices: number;
}

const flag = z.nullish(z.boolean('true or false'));

/** A limit on pieces; an error text of these schemas says what is expected. */
export const tokenLimit = z.nullish(z.int('a whole number').check(z.positive('1 or more')));

const word = z.string('a string').check(z.minLength(1, 'a string that is not empty'));

const stop = z.nullish(z.union([word, z.array(word).check(z.maxLength(4))], 'a string or an array of up to 4 strings'));

const count = 'a whole number from 1 to 128';

/** The fields that both endpoints read. Others, such as `temperature` and `seed`, are accepted and mean nothing here. */
export const generationFields = {
  model: z.string('the name of a model'),
  stream: flag,
  stream_options: z.nullish(z.looseObject({ include_usage: flag }, 'an object')),
  max_tokens: tokenLimit,
  stop,
  n: z.nullish(z.int(count).check(z.minimum(1, count), z.maximum(128, count))),
};

/** The values of {@link generationFields} in a checked body. */
export interface GenerationFields {
  readonly stream?: boolean | null | undefined;
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly n?: number | null | undefined;
}

/** How the answer is wanted. Stream options without a stream are an error, as they are at OpenAI. */
export function readGenerationFields(fields: GenerationFields): Omit<GenerationRequest, 'asked'> {
  const stream = fields.stream === true;
  if (!stream && fields.stream_options) {
    throw new LocalError(400, "'stream_options' is only allowed with 'stream': true.", { param: 'stream_options' });
  }
  return {
    stream,
    includeUsage: fields.stream_options?.include_usage === true,
    maxTokens: fields.max_tokens ?? Infinity,
    stop: typeof fields.stop === 'string' ? [fields.stop] : (fields.stop ?? []),
    choices: fields.n ?? 1,
  };
}
