import { tap } from 'rxjs';
import * as z from 'zod/mini';
import type { EmbeddingsRequest } from '../../schemas/embeddings.js';
import type { Handler } from '../http/exchange.js';
import { embeddingModel } from '../http/model-routes.js';
import { readJson } from '../http/read-json.js';
import { sendJson } from '../http/send.js';
import { countTokens } from '../tokenize.js';
import { checkBody } from './check-body.js';
import { embedText } from './embed-text.js';

const maxInputs = 2048;
const size = 'a whole number from 1 to 4096';

const embeddingsBody = z.looseObject(
  {
    model: z.string('the name of a model'),
    input: z.custom<EmbeddingsRequest['input']>(
      isInput,
      `a text, a list of token ids, or a list of up to ${maxInputs} of either, none of them empty`,
    ),
    dimensions: z.nullish(z.int(size).check(z.minimum(1, size), z.maximum(4096, size))),
    encoding_format: z.nullish(z.enum(['float', 'base64'], 'float or base64')),
  },
  'a JSON object',
);

/** Answers a request to `/embeddings`, whatever model it names. The answer names the one that made it. */
export const answerEmbeddings: Handler = ({ request, response, notes }) =>
  readJson(request).pipe(
    tap((input) => {
      const body = checkBody(embeddingsBody, input);
      notes.model = body.model;
      const inputs = toInputs(body.input);
      const promptTokens = inputs.reduce((sum, { count }) => sum + count, 0);
      sendJson(response, {
        object: 'list',
        data: inputs.map(({ words }, index) => {
          const vector = embedText(words, body.dimensions ?? 1024);
          return {
            object: 'embedding',
            index,
            embedding: body.encoding_format === 'base64' ? toBase64(vector) : Array.from(vector),
          };
        }),
        model: embeddingModel,
        usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
      });
    }),
  );

function isInput(input: unknown): boolean {
  const isList = Array.isArray(input) && input.length <= maxInputs;
  return isText(input) || isTokens(input) || (isList && (isFilled(input, isText) || isFilled(input, isTokens)));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTokens(value: unknown): boolean {
  return isFilled(value, (token) => Number.isSafeInteger(token) && Number(token) >= 0);
}

function isFilled(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

interface EmbeddingInput {
  readonly words: string;
  /** The number of its tokens. */
  readonly count: number;
}

/** A list of token ids is one input. */
function toInputs(input: EmbeddingsRequest['input']): readonly EmbeddingInput[] {
  if (typeof input === 'string') {
    return [{ words: input, count: countTokens(input) }];
  }
  if (isTokens(input)) {
    return [{ words: input.join(' '), count: input.length }];
  }
  return (input as readonly (string | readonly number[])[]).flatMap(toInputs);
}

/** Writes 32-bit floats in little-endian order, as all platforms of Node have them. */
function toBase64({ buffer }: Float32Array): string {
  return Buffer.from(buffer).toString('base64');
}
