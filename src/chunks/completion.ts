import { perChoice } from './per-choice.js';

/** What every chunk has, whatever its endpoint. */
export interface AnyChunk {
  readonly choices: readonly { readonly index: number; readonly finish_reason?: string | null | undefined }[];
}

/** Follows the chunks of one stream to tell whether the stream was whole when it ended. */
export class Completion {
  /** Whether there was no chunk. */
  empty = true;
  /** Whether `[DONE]` came. */
  ended = false;
  /** For each choice seen, whether it has a finish reason. */
  private readonly finished = perChoice<boolean>();
  private seen = 0;
  private unfinished = 0;

  see({ choices }: AnyChunk): void {
    this.empty = false;
    for (const { index, finish_reason: reason } of choices) {
      const before = this.finished[index];
      // The choice stays finished even if more content follows. Some servers send '' instead of null.
      const after = before === true || Boolean(reason);
      if (after !== before) {
        this.finished[index] = after;
        this.seen += before === undefined ? 1 : 0;
        this.unfinished += after ? (before === undefined ? 0 : -1) : 1;
      }
    }
  }

  /**
   * Whether `[DONE]` came, or a finish reason for every choice seen. Usage does not mark the end: some servers send it on
   * every chunk.
   */
  get isWhole(): boolean {
    return this.ended || (this.seen > 0 && this.unfinished === 0);
  }
}
