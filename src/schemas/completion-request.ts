import type { StreamOptions } from './chat-completion-request.js';

/**
 * A request to the legacy `/completions`: a prompt in, its continuation out. Fields this type does not know pass through.
 */
export interface CompletionRequest {
  readonly model: string;
  /** Text, several texts, or token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly suffix?: string | null;
  readonly max_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly n?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly echo?: boolean | null;
  readonly logprobs?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly seed?: number | null;
  /** `null` sends none, for servers that reject the field. */
  readonly stream_options?: StreamOptions | null;
  /** Always true; may be left out. */
  readonly stream?: true;
  readonly [key: string]: unknown;
}
