import { isObject } from '../util/is-object.js';
import { GrowingValue } from './growing-value.js';

/** The keys and indices that lead to a part of a JSON value. */
export type JsonPath = readonly (string | number)[];

/** A JSON value that gives away the elements of one array in it as they end, instead of keeping them. */
export class ArrayElements extends GrowingValue {
  private readonly path: JsonPath;
  private readonly ended: unknown[] = [];
  /** The array whose elements were given away. */
  private array: unknown;

  constructor(path: JsonPath) {
    super();
    this.path = path;
  }

  override endMember(): void {
    if (this.inList && this.depth === this.path.length + 1 && this.path.every(this.isOpen)) {
      // Of a key that comes twice, the second array is not the one that was given away.
      this.array ??= this.top.members;
      if (this.array === this.top.members) {
        this.ended.push(this.top.takeLast());
      }
    }
  }

  /** Returns the elements that have ended since the last call. */
  take(): readonly unknown[] {
    return this.ended.splice(0);
  }

  /** Whether all elements of the array were given away, in the whole value that this has become. */
  isIn(whole: unknown): boolean {
    const found = this.path.reduce(memberOf, whole);
    return Array.isArray(found) && (this.array === undefined || this.array === found);
  }

  private readonly isOpen = (step: string | number, level: number): boolean => this.open[level + 1]?.step === step;
}

/** Returns a member of a list by its index, or of an object by its key; `undefined` if it has no such member. */
function memberOf(value: unknown, step: string | number): unknown {
  const holds = typeof step === 'number' ? Array.isArray(value) : isObject(value) && Object.hasOwn(value, step);
  return holds ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined;
}
