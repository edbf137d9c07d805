import { LimitError } from '../errors/limit-error.js';

const maxOpenContainers = 128;
/** A container of more members than this shows its growth in steps. */
const maxMembersOfEachStep = 1024;

/**
 * A JSON value that is built member by member, and shown as frozen copies of its open containers: what is closed is not
 * copied again. A container of more than 1,024 members shows its growth, and that of its last member, in steps of an eighth.
 */
export class GrowingValue {
  /** A list around the whole value, so that every value has a container. */
  private readonly root = new OpenContainer(true);
  protected readonly open = [this.root];
  protected top = this.root;

  /** The number of open containers. */
  get depth(): number {
    return this.open.length - 1;
  }

  get inList(): boolean {
    return this.top.isList;
  }

  /** Sets the key of the next member. */
  setKey(key: string): void {
    this.top.key = key;
  }

  /** Adds a member to the innermost container. Of a key that comes twice, the last value counts. */
  add(value: unknown): void {
    this.top.add(value);
  }

  /** Replaces the member that was added last. */
  replaceLast(value: unknown): void {
    this.top.replaceLast(value);
  }

  /**
   * Adds a list or an object, which gets the members from then on.
   *
   * @throws LimitError if 128 containers are open already.
   */
  openContainer(isList: boolean): void {
    if (this.depth === maxOpenContainers) {
      throw new LimitError('openContainers', maxOpenContainers, 'ask for an answer that nests less');
    }
    this.top.add(undefined);
    this.top = new OpenContainer(isList);
    this.open.push(this.top);
  }

  /** Ends the innermost container. */
  closeContainer(): void {
    const closed = this.top;
    this.open.pop();
    this.top = this.open[this.depth] ?? this.root;
    if (closed.changed) {
      this.top.replaceLast(Object.freeze(closed.members));
    }
  }

  /** Called when a member of the innermost container has ended, for what takes members away. */
  endMember(): void {
    // All of them are kept here.
  }

  /**
   * Returns the value so far, frozen; `undefined` before there is one.
   *
   * @param isLast Whether to show also what waits for the next step of a large container.
   */
  snapshot(isLast = false): unknown {
    // Inside a container that waits for its next step nothing new is shown.
    const waiting = isLast ? -1 : this.open.findIndex((container) => !container.isDue());
    for (let level = waiting < 0 ? this.depth : waiting - 1; level > 0; level -= 1) {
      const container = this.open[level];
      if (container?.changed === true) {
        this.open[level - 1]?.replaceLast(container.show());
      }
    }
    return (this.root.members as readonly unknown[])[0];
  }
}

/** A list or an object whose text has not ended. */
export class OpenContainer {
  readonly isList: boolean;
  /** All members so far; the last one is what is shown of it. */
  readonly members: unknown[] | Record<string, unknown>;
  /** Whether a member has come or grown since the container was shown. */
  changed = true;
  /** The key of the last member of an object. */
  key = '';
  private size = 0;
  private shownSize = 0;

  constructor(isList: boolean) {
    this.isList = isList;
    this.members = isList ? [] : {};
  }

  /** Adds a member. Of a key that comes twice, the last value counts. */
  add(value: unknown): void {
    if (this.isList || !Object.hasOwn(this.members, this.key)) {
      this.size += 1;
    }
    this.replaceLast(value);
  }

  replaceLast(value: unknown): void {
    this.changed = true;
    if (Array.isArray(this.members)) {
      this.members[this.size - 1] = value;
    } else if (this.key === '__proto__') {
      Object.defineProperty(this.members, this.key, { value, writable: true, enumerable: true, configurable: true });
    } else {
      this.members[this.key] = value;
    }
  }

  /** The index or key of the last member. */
  get step(): string | number {
    return this.isList ? this.size - 1 : this.key;
  }

  /** Removes the last member of a list, and returns it. */
  takeLast(): unknown {
    this.size -= 1;
    return (this.members as unknown[]).pop();
  }

  /** Whether a snapshot shows what changed. A copy costs the size, so the steps keep the cost of all copies linear. */
  isDue(): boolean {
    return this.size <= maxMembersOfEachStep || this.size * 8 >= this.shownSize * 9;
  }

  /** Returns a frozen copy of the members. */
  show(): unknown {
    this.changed = false;
    this.shownSize = this.size;
    return Object.freeze(Array.isArray(this.members) ? this.members.slice() : { ...this.members });
  }
}
