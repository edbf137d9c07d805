import { docsModel } from './docs/docs-model.js';
import { echoModel } from './echo-model.js';
import type { LocalModel } from './local-model.js';

/**
 * The names of the models that come with the server, the default first: `docs` searches this package's documentation,
 * `echo` repeats the last message.
 */
export const builtInModels = ['docs', 'echo'] as const;

/** The name of a model that comes with the server. */
export type BuiltInModel = (typeof builtInModels)[number];

const makers: Readonly<Record<BuiltInModel, () => LocalModel>> = { docs: docsModel, echo: () => echoModel };

/** Makes the built-in models of these names, in this order. */
export function makeBuiltIns(names: readonly BuiltInModel[]): readonly (readonly [string, LocalModel])[] {
  return names.map((name) => [name, makers[name]()] as const);
}
