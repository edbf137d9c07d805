import { from } from 'rxjs';
import { docsModel } from './docs/docs-model.js';
import type { LocalModel } from './local-model.js';
import { tokenize } from './tokenize.js';

/**
 * The names of the built-in models, the default first: `docs` searches this package's documentation, `echo` repeats the
 * last user message or the legacy prompt.
 */
export const builtInModels = ['docs', 'echo'] as const;

/** The name of a built-in model. */
export type BuiltInModel = (typeof builtInModels)[number];

const echoModel: LocalModel = ({ prompt }) => from(tokenize(prompt));

/** Creates each of the built-in models. */
export const createModel: Readonly<Record<BuiltInModel, () => LocalModel>> = { docs: docsModel, echo: () => echoModel };
