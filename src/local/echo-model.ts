import { from } from 'rxjs';
import type { LocalModel } from './local-model.js';
import { tokenize } from './tokenize.js';

/** Repeats the last user message, or the legacy prompt, piece by piece. */
export const echoModel: LocalModel = ({ prompt }) => from(tokenize(prompt));
