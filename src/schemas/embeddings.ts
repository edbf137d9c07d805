import type { Usage } from './message.js';

/** A request to `/embeddings`. Unknown fields are sent unchanged. */
export interface EmbeddingsRequest {
  /** The model's name. */
  readonly model: string;
  /** A text, several texts, a list of token ids, which counts as one input, or several of them. */
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** The length of the vectors, for models that can shorten them. */
  readonly dimensions?: number | undefined;
  /** How the server writes the vectors. Default `base64`, which is smaller; `null` leaves the field out. */
  readonly encoding_format?: 'float' | 'base64' | null | undefined;
  readonly [key: string]: unknown;
}

/** The vectors of all inputs, in the order of the input. */
export interface EmbeddingsAnswer {
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly embeddings: readonly Float32Array[];
}
