import type { Observable } from 'rxjs';
import { absent, count, misfit, numberIn, object } from '../answers/read-fields.js';
import { readUsage } from '../answers/usage.js';
import { ProtocolError } from '../errors/protocol-error.js';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../schemas/embeddings.js';
import { decodeBase64 } from '../util/base64.js';
import { isObject } from '../util/is-object.js';
import { fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of the vectors of a request's inputs, as one value. */
export function fetchEmbeddings(request: EmbeddingsRequest, settings: Settings): Observable<EmbeddingsAnswer> {
  const { encoding_format = 'base64', ...fields } = request;
  const body = encoding_format === null ? fields : { ...fields, encoding_format };
  const inputs = countInputs(request.input);
  return fetchAnswer(
    { operation: 'embeddings', method: 'POST', path: '/embeddings', body },
    { expected: 'a list of embeddings', read: (document) => [readEmbeddings(document, inputs)] },
    settings,
  );
}

/** A list of token ids is one input. */
function countInputs(input: EmbeddingsRequest['input']): number {
  return typeof input === 'string' || typeof input[0] === 'number' ? 1 : input.length;
}

const readCounts = object({ prompt_tokens: count, total_tokens: count }, absent);

function readEmbeddings(document: unknown, inputs: number): EmbeddingsAnswer {
  const { data, model, usage } = isObject(document) ? document : {};
  if (!Array.isArray(data) || !data.every(isObject)) {
    return misfit(document) as never;
  }
  return {
    model: typeof model === 'string' ? model : undefined,
    usage: readUsage(readCounts(usage)),
    embeddings: inOrder(data, inputs),
  };
}

/** Returns the vectors in the order of the inputs. */
function inOrder(items: readonly Readonly<Record<string, unknown>>[], inputs: number): readonly Float32Array[] {
  if (items.length !== inputs) {
    throw new ProtocolError(`The server answered with ${items.length} embeddings for ${inputs} inputs`);
  }
  const vectors = new Map<number | undefined, Float32Array>();
  items.forEach(({ index, embedding }, place) => {
    vectors.set(numberIn(index), readVector(embedding, place));
  });
  return items.map((_item, place) => {
    const vector = vectors.get(place);
    if (vector === undefined) {
      throw new ProtocolError(`The server gave no embedding the index ${place}`);
    }
    return vector;
  });
}

function readVector(embedding: unknown, place: number): Float32Array {
  const vector = typeof embedding === 'string' ? fromBytes(decodeBase64(embedding)) : fromNumbers(embedding);
  if (vector === undefined) {
    throw new ProtocolError(
      `The server sent an invalid embedding (at data.${place}), neither numbers nor base64 of 32-bit numbers`,
      { kind: 'parse' },
    );
  }
  return vector;
}

/** Reads little-endian numbers, whatever the order of bytes on this machine. */
function fromBytes(bytes: Uint8Array | undefined): Float32Array | undefined {
  if (bytes === undefined || bytes.length % 4 !== 0) {
    return undefined;
  }
  const view = new DataView(bytes.buffer);
  const vector = new Float32Array(bytes.length / 4);
  for (let place = 0; place < vector.length; place += 1) {
    vector[place] = view.getFloat32(4 * place, true);
  }
  return vector;
}

function fromNumbers(list: unknown): Float32Array | undefined {
  return Array.isArray(list) && list.every((item) => typeof item === 'number') ? new Float32Array(list) : undefined;
}
