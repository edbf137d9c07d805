import type { Observable } from 'rxjs';
import {
  type AnswerValue,
  type ChatCompletionRequest,
  type Client,
  responseFormat,
  type ResponseRequest,
  textFormat,
} from '../../index.node.js';
import type { JsonAnswer, SchemaOptions } from '../schema/json-answer.js';
import type { ServerOptions } from '../server/choose-server.js';
import type { Endpoint } from '../server/connect.js';

/** The options of a prompt, a conversation or a list of models. */
export interface AskOptions {
  /** The prompt's words among the arguments. */
  readonly words: readonly string[];
  /** The models to ask; empty for the server's default. */
  readonly models: readonly string[];
  readonly endpoint: Endpoint;
  /** How often to retry a request that failed before its answer began. */
  readonly retries: number;
  readonly system: string | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  /** The schema of the answer, if that is to be JSON. */
  readonly schema: SchemaOptions | undefined;
  readonly server: ServerOptions;
  readonly display: DisplayOptions;
}

/** How to print an answer. */
export interface DisplayOptions {
  /** Whether to print each chunk or event as a line of JSON instead of the text. */
  readonly json: boolean;
  /** Whether to print text as it comes instead of all at the end. */
  readonly stream: boolean;
  /** The minimum time between two writes, in milliseconds. */
  readonly delay: number;
  /** Whether to report timing and token counts. */
  readonly stats: boolean;
  /** How to read an answer that is JSON, instead of the text. */
  readonly jsonAnswer?: JsonAnswer | undefined;
}

/** Emits the chunks or events of a model's answer to a prompt; each subscription is one request. */
export function requestAnswer(
  client: Client,
  model: string,
  prompt: string,
  options: AskOptions,
): Observable<AnswerValue> {
  const {
    endpoint,
    system,
    display: { jsonAnswer },
  } = options;
  if (endpoint === 'responses') {
    const text = jsonAnswer && textFormat(jsonAnswer.schema, 'answer', { strict: jsonAnswer.strict });
    return client.responses({ ...toResponseFields(model, options), instructions: system, input: prompt, text });
  }
  const fields = toFields(model, options);
  if (endpoint === 'completions') {
    return client.completions({ ...fields, prompt });
  }
  const instructions = system === undefined ? [] : [{ role: 'system', content: system } as const];
  const messages = [...instructions, { role: 'user', content: prompt } as const];
  const format = jsonAnswer && responseFormat(jsonAnswer.schema, 'answer', { strict: jsonAnswer.strict });
  return client.chat({ ...fields, messages, response_format: format });
}

/** Returns the fields of a request for a chat or a completion that are the same for prompts and conversations. */
export function toFields(
  model: string,
  { temperature, maxTokens }: AskOptions,
): Pick<ChatCompletionRequest, 'model' | 'temperature' | 'max_tokens'> {
  // Many servers do not know the newer max_completion_tokens.
  return { model, temperature, max_tokens: maxTokens };
}

/** Returns the same fields for a request to `/responses`. */
export function toResponseFields(
  model: string,
  { temperature, maxTokens }: AskOptions,
): Pick<ResponseRequest, 'temperature' | 'max_output_tokens'> & { readonly model: string } {
  return { model, temperature, max_output_tokens: maxTokens };
}
