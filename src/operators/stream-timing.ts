/**
 * How one stream went. All times are in milliseconds and count from its subscription; a gap is the time from one chunk
 * to the next. What could not be measured is left out, and no number is ever `NaN` or infinite.
 */
export interface StreamTiming {
  /** How it ended. */
  readonly outcome: 'complete' | 'error' | 'unsubscribe';
  /** The time until it ended. */
  readonly duration: number;
  /** The time until the first value; left out when none came. */
  readonly timeToFirstChunk?: number;
  /** The time until the first value that carries text, reasoning included; left out when none did. */
  readonly timeToFirstText?: number;
  /** The number of values. */
  readonly chunks: number;
  /** The longest gap; 0 with fewer than two chunks. */
  readonly longestGap: number;
  /** The mean gap; 0 with fewer than two chunks. */
  readonly meanGap: number;
  /** Gaps per second from the first chunk to the last; 0 with fewer than two chunks, or when no time passed. */
  readonly chunksPerSecond: number;
  /** The `completion_tokens` the server counted last, hidden reasoning included; left out when it sent no usage. */
  readonly outputTokens?: number;
  /**
   * The output tokens after the first, over the time from the first text to the last chunk; left out when unknown, when
   * there was one at most, or when no time passed.
   */
  readonly tokensPerSecond?: number;
}
