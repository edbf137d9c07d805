import { Queue } from '../util/queue.js';
import { endsInHalf, type UnitEnds } from './unit-ends.js';

/** The rest of a text that arrived at one time. */
interface Arrival {
  /** When all of it must have been emitted. */
  readonly deadline: number;
  length: number;
}

/** Pending text with the deadlines of its parts. The cost of adding text does not grow with the backlog. */
export class TextBacklog {
  private readonly arrivals = new Queue<Arrival>();
  private readonly texts = new Queue<string>();
  private readonly units: UnitEnds;
  /** The text before `texts`. */
  private head = '';
  /** The first half of a surrogate pair at the end; it gets a deadline with the second half. */
  private half = '';
  private ended = false;

  constructor(units: UnitEnds) {
    this.units = units;
  }

  /** When text must be emitted next; `undefined` if there is none. */
  get deadline(): number | undefined {
    return this.arrivals.first?.deadline;
  }

  push(text: string, deadline: number): void {
    const whole = this.half + text;
    this.half = endsInHalf(whole) ? whole.slice(-1) : '';
    this.append(this.half ? whole.slice(0, -1) : whole, deadline);
  }

  /** Marks the end of the text, so that the last unit need not wait to be complete. */
  end(deadline: number): void {
    this.append(this.half, deadline);
    this.half = '';
    this.ended = true;
  }

  /**
   * Removes and returns the text to emit now: at least one unit, and as much as lets the rest be emitted in time at an
   * even pace. Returns an empty string if no unit is complete and none is due.
   *
   * @param tick The time until the next call.
   */
  take(now: number, tick: number): string {
    const { quota, due } = this.plan(now, tick);
    let taken = '';
    while (taken.length < quota) {
      const end = this.nextEnd(quota - taken.length, due > taken.length);
      if (end === 0) {
        break;
      }
      taken += this.head.slice(0, end);
      this.head = this.head.slice(end);
    }
    this.forget(taken.length);
    return taken;
  }

  takeAll(): string {
    let all = this.head;
    for (const text of this.texts) {
      all += text;
    }
    all += this.half;
    this.head = this.half = '';
    this.texts.clear();
    this.arrivals.clear();
    return all;
  }

  private append(text: string, deadline: number): void {
    if (text === '') {
      return;
    }
    this.texts.push(text);
    const newest = this.arrivals.last;
    if (newest?.deadline === deadline) {
      newest.length += text.length;
    } else {
      this.arrivals.push({ deadline, length: text.length });
    }
  }

  private plan(now: number, tick: number): { readonly quota: number; readonly due: number } {
    let length = 0;
    let quota = 1;
    let due = 0;
    for (const arrival of this.arrivals) {
      const left = arrival.deadline - now;
      const ticks = left > 0 ? Math.floor(left / tick) + 1 : 1;
      length += arrival.length;
      quota = Math.max(quota, Math.ceil(length / ticks));
      due = ticks === 1 ? length : due;
    }
    return { quota, due };
  }

  /** Returns the first end of a unit at or after `min`, or else the last end found; 0 if there is nothing to take. */
  private nextEnd(min: number, due: boolean): number {
    const text = this.look();
    let last = 0;
    for (const end of this.units.find(text)) {
      last = end;
      if (end >= min) {
        return end;
      }
    }
    if (text.length === this.units.maxLength) {
      return last || this.units.cut(text);
    }
    return this.ended ? text.length : last || (due ? text.length : 0);
  }

  private look(): string {
    const { maxLength } = this.units;
    while (this.head.length < maxLength && this.texts.size > 0) {
      this.head += this.texts.shift() ?? '';
    }
    return this.head.slice(0, maxLength);
  }

  private forget(length: number): void {
    let rest = length;
    for (let oldest = this.arrivals.first; oldest && rest > 0; oldest = this.arrivals.first) {
      const part = Math.min(rest, oldest.length);
      oldest.length -= part;
      rest -= part;
      if (oldest.length === 0) {
        this.arrivals.shift();
      }
    }
  }
}
