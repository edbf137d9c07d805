import * as z from 'zod/mini';

/** Schema of {@link Model}. */
export const model = z.looseObject({
  id: z.string(),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  owned_by: z.nullish(z.string()),
});
/** One model a server offers. Servers add fields, such as prices and context lengths, which are kept. */
export interface Model extends z.infer<typeof model> {}
