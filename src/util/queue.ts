interface Cell<T> {
  value: T;
  next: Cell<T> | undefined;
}

/** A first-in-first-out queue with constant cost per step, unlike `Array.prototype.shift`. Keeps no reference to what it returned. */
export class Queue<T> {
  private oldest: Cell<T> | undefined;
  private newest: Cell<T> | undefined;
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** The oldest value, which stays in the queue; `undefined` if it is empty. */
  get first(): T | undefined {
    return this.oldest?.value;
  }

  /** The newest value, which stays in the queue; `undefined` if it is empty. */
  get last(): T | undefined {
    return this.newest?.value;
  }

  /** Iterates from the oldest value, removing none. */
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

  /** Removes and returns the oldest value; `undefined` if the queue is empty. */
  shift(): T | undefined {
    const cell = this.oldest;
    if (cell) {
      this.oldest = cell.next;
      this.newest = cell.next && this.newest;
      this.length--;
    }
    return cell?.value;
  }

  /** Replaces the newest value; does nothing if the queue is empty. */
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
