import type { StreamOptions } from './chat-completion-request.js';

/**
 * A request to the legacy `/completions`: a prompt in, its continuation out. Fields this type does not know pass through.
 */
export interface CompletionRequest {
  /** The model's name, such as those that `models()` gives. */
  readonly model: string;
  /** Text, several texts, or token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly suffix?: string | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly n?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly echo?: boolean | null | undefined;
  readonly logprobs?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
  readonly seed?: number | null | undefined;
  /** `null` sends none, for servers that reject the field. */
  readonly stream_options?: StreamOptions | null | undefined;
  /** Always true; may be left out. */
  readonly stream?: true | undefined;
  readonly [key: string]: unknown;
}
