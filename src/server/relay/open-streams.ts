import { Refusal } from './refusal.js';

/** Counts the answers of each user that are under way in this process. */
export class OpenStreams {
  private readonly limit: number;
  private readonly counts = new Map<string, number>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * Counts one more, and returns what ends it; further calls of that do nothing.
   *
   * @throws {Refusal} 429 if the user has as many as there may be.
   */
  open(user: string): () => void {
    const count = this.counts.get(user) ?? 0;
    if (count >= this.limit) {
      const told = { kind: 'rate_limit', code: 'too_many_streams' } as const;
      throw new Refusal(429, `At most ${this.limit} answers may be open at once`, told);
    }
    this.counts.set(user, count + 1);
    let isOpen = true;
    return () => {
      if (isOpen) {
        isOpen = false;
        this.close(user);
      }
    };
  }

  private close(user: string): void {
    const count = this.counts.get(user) ?? 0;
    if (count > 1) {
      this.counts.set(user, count - 1);
    } else {
      this.counts.delete(user);
    }
  }
}
