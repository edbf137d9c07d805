/** A way to read answers, whose cost is measured. Each function sends a request and resolves with what it has read. */
export interface Contender {
  /** Reads the text, and reports its first piece. */
  readonly text: (first: () => void) => Promise<string>;
  /** Reads the content of the message, of which a snapshot can be shown at any time. */
  readonly message?: () => Promise<string>;
  /** Reads and parses the arguments of the only tool call, of which a snapshot can be shown at any time. */
  readonly toolArguments?: () => Promise<string>;
  /** Reads a JSON value with a snapshot of it after each delta, and resolves with its JSON. */
  readonly object?: () => Promise<string>;
}

/** What a contender is to use. */
export interface ContenderConfig {
  readonly baseURL: string;
  /** Whether to ask `/responses` instead of `/chat/completions`. */
  readonly responses: boolean;
  /** How many read each stream, where it is relayed. */
  readonly readers: number;
  /** The address of the build of rxllm to measure. */
  readonly build: string;
  /** The address of the build without the lane for repeating events. */
  readonly plainBuild: string;
}

/** The request that each contender sends; `stream: true` is added to it. */
export const request = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] };

/** The same for `/responses`. */
export const responseRequest = { model: 'gpt-4o-mini', input: 'Hello' };
