/** What of a server is asked: a chat, or the legacy continuation of a prompt. */
export type Endpoint = 'chat' | 'completions';

/** What is asked, of whom, and how the answer is shown. */
export interface Question {
  /** The prompt's words among the arguments. */
  readonly words: readonly string[];
  /** Those to ask; none for the server's default. */
  readonly models: readonly string[];
  readonly endpoint: Endpoint;
  readonly system: string | undefined;
  readonly temperature: number | undefined;
  /** The most tokens that the answer may have. */
  readonly maxTokens: number | undefined;
  /** How often a request that failed before its answer began is made again. */
  readonly retries: number;
  readonly server: ServerChoice;
  readonly display: Display;
}

/** Which server is asked, and how patiently. */
export interface ServerChoice {
  readonly baseURL: string | undefined;
  /** The key, or `@` and the file that holds it; sent to whichever server is asked. */
  readonly key: string | undefined;
  /** How long the server may be silent, in milliseconds; the client's own deadlines by default. */
  readonly timeout: number | undefined;
}

/** How an answer is shown. */
export interface Display {
  /** Whether each chunk is printed as a line of JSON, instead of the text. */
  readonly json: boolean;
  /** Whether text is printed as it comes, not all at the end. */
  readonly stream: boolean;
  /** The shortest time between two writes, in milliseconds. */
  readonly delay: number;
  /** Whether to tell how the answer came. */
  readonly stats: boolean;
}
