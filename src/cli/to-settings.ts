import type { Question } from './question.js';

/** What a request says besides the prompt, of which the server chooses what the question leaves open. */
export interface Settings {
  readonly model: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
}

/** The settings of a request to a model. */
export function toSettings(model: string, { temperature, maxTokens }: Question): Settings {
  return {
    model,
    ...(temperature === undefined ? {} : { temperature }),
    // The newer max_completion_tokens is unknown to many servers.
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}
