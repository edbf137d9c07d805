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
  /** The tools that the model may call. */
  readonly tools: ToolOptions | undefined;
  readonly server: ServerOptions;
  readonly display: DisplayOptions;
}

/** Which tools a model may call. */
export interface ToolOptions {
  /** The commands that start servers of the Model Context Protocol. */
  readonly servers: readonly string[];
  /** Whether every call runs, without a question. */
  readonly yes: boolean;
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
  switch (options.endpoint) {
    case 'responses':
      return client.responses(toResponseRequest(model, prompt, options));
    case 'completions':
      return client.completions({ ...toFields(model, options), prompt });
    case 'chat':
      return client.chat(toChatRequest(model, prompt, options));
  }
}

/** Returns the request for an answer to a prompt over `/chat/completions`. */
export function toChatRequest(model: string, prompt: string, options: AskOptions): ChatCompletionRequest {
  const {
    system,
    display: { jsonAnswer },
  } = options;
  const instructions = system === undefined ? [] : [{ role: 'system', content: system } as const];
  const messages = [...instructions, { role: 'user', content: prompt } as const];
  const format = jsonAnswer && responseFormat(jsonAnswer.schema, 'answer', { strict: jsonAnswer.strict });
  return { ...toFields(model, options), messages, response_format: format };
}

/** Returns the request for an answer to a prompt over `/responses`. */
export function toResponseRequest(model: string, prompt: string, options: AskOptions): ResponseRequest {
  const {
    system,
    display: { jsonAnswer },
  } = options;
  const text = jsonAnswer && textFormat(jsonAnswer.schema, 'answer', { strict: jsonAnswer.strict });
  return { ...toResponseFields(model, options), instructions: system, input: prompt, text };
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
