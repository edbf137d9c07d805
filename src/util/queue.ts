interface Cell<T> {
  value: T;
  next: Cell<T> | undefined;
}

/** First in, first out, each step at constant cost, which an array's `shift` is not. It keeps nothing it gave out. */
export class Queue<T> {
  private oldest: Cell<T> | undefined;
  private newest: Cell<T> | undefined;
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** The oldest value, left where it is; `undefined` when there is none. */
  get first(): T | undefined {
    return this.oldest?.value;
  }

  /** The newest value, left where it is; `undefined` when there is none. */
  get last(): T | undefined {
    return this.newest?.value;
  }

  /** Oldest first; the values stay. */
  *[Symbol.iterator](): Iterator<T> {
    for (let cell = this.oldest; cell; cell = cell.next) {
      yield cell.value;
    }
  }

  push(value: T): void {
    const cell: Cell<T> = { value, next: undefined };
    if (this.newest) {
      this.newest.next = cell;
    } else {
      this.oldest = cell;
    }
    this.newest = cell;
    this.length++;
  }

  /** Takes out the oldest value; `undefined` when there is none. */
  shift(): T | undefined {
    const cell = this.oldest;
    if (cell) {
      this.oldest = cell.next;
      this.newest = cell.next && this.newest;
      this.length--;
    }
    return cell?.value;
  }

  /** Replaces the newest value by what is made of it; does nothing when there is none. */
  replaceNewest(replace: (newest: T) => T): void {
    if (this.newest) {
      this.newest.value = replace(this.newest.value);
    }
  }

  clear(): void {
    this.oldest = this.newest = undefined;
    this.length = 0;
  }
}
