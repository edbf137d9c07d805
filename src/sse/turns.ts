/** Handles pieces in the order in which they came, those too that come while one is handled. */
export class Turns<T> {
  private readonly handle: (piece: T) => void;
  private waiting: T[] | undefined;
  private busy = false;

  constructor(handle: (piece: T) => void) {
    this.handle = handle;
  }

  take(piece: T): void {
    if (this.busy) {
      this.waiting ??= [];
      this.waiting.push(piece);
      return;
    }
    this.busy = true;
    for (let next: T | undefined = piece; next !== undefined; next = this.waiting?.shift()) {
      this.handle(next);
    }
    this.busy = false;
  }
}
