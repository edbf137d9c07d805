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

  see({ choices }: AnyChunk): void {
    this.empty = false;
    for (const { index, finish_reason: reason } of choices) {
      // A choice stays finished even if more content follows. Some servers send '' instead of null.
      this.finished[index] = this.finished[index] === true || Boolean(reason);
    }
  }

  /**
   * Whether `[DONE]` came, or a finish reason for every choice seen. Usage does not mark the end: some servers send it on
   * every chunk.
   */
  get isWhole(): boolean {
    const states = Object.values(this.finished);
    return this.ended || (states.includes(true) && !states.includes(false));
  }
}
