import { from } from 'rxjs';
import { docsModel } from './docs/docs-model.js';
import type { LocalModel } from './local-model.js';
import { tokenize } from './tokenize.js';

/**
 * The names of the built-in models, the default first: `docs` searches this package's documentation, `echo` repeats the
 * last user message or the legacy prompt.
 *
 * `docs` also shows how tools are used. If a request offers a function with a text `query` whose name is `search_docs` or
 * `search`, perhaps with a prefix such as `web_`, it calls that with the question, one call for each question, and then quotes
 * the result. If `tool_choice` asks for a call it makes one, of the first tool if none of them searches, with arguments that
 * have the types of its schema.
 */
export const builtInModels = ['docs', 'echo'] as const;

/** The name of a built-in model. */
export type BuiltInModel = (typeof builtInModels)[number];

const echoModel: LocalModel = ({ prompt }) => from(tokenize(prompt));

/** Creates each of the built-in models. */
export const createModel: Readonly<Record<BuiltInModel, () => LocalModel>> = { docs: docsModel, echo: () => echoModel };
