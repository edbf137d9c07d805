import * as z from 'zod/mini';

/** A model of a server. Unknown fields, such as prices and context lengths, are kept. */
export interface Model {
  readonly id: string;
  readonly object?: string | null | undefined;
  /** Seconds since the epoch. */
  readonly created?: number | null | undefined;
  readonly owned_by?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link Model}. @internal */
export const model: z.ZodMiniType<Model> = z.looseObject({
  id: z.string(),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  owned_by: z.nullish(z.string()),
});
