import type { Observable } from 'rxjs';
import type { AnswerChunk, ChatCompletionRequest, Client } from '../../index.node.js';
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
  readonly server: ServerOptions;
  readonly display: DisplayOptions;
}

/** How to print an answer. */
export interface DisplayOptions {
  /** Whether to print each chunk as a line of JSON instead of the text. */
  readonly json: boolean;
  /** Whether to print text as it comes instead of all at the end. */
  readonly stream: boolean;
  /** The minimum time between two writes, in milliseconds. */
  readonly delay: number;
  /** Whether to report timing and token counts. */
  readonly stats: boolean;
}

/** Emits the chunks of a model's answer to a prompt; each subscription is one request. */
export function requestAnswer(
  client: Client,
  model: string,
  prompt: string,
  options: AskOptions,
): Observable<AnswerChunk> {
  const fields = toFields(model, options);
  if (options.endpoint === 'completions') {
    return client.completions({ ...fields, prompt });
  }
  const { system } = options;
  const instructions = system === undefined ? [] : [{ role: 'system', content: system } as const];
  return client.chat({ ...fields, messages: [...instructions, { role: 'user', content: prompt }] });
}

type RequestFields = Pick<ChatCompletionRequest, 'model' | 'temperature' | 'max_tokens'>;

/** Returns the fields of a request that are the same for prompts and conversations. */
export function toFields(model: string, { temperature, maxTokens }: AskOptions): RequestFields {
  return {
    model,
    ...(temperature === undefined ? {} : { temperature }),
    // Many servers do not know the newer max_completion_tokens.
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}
