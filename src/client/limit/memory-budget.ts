import { EMPTY, type Observable, of, type SchedulerLike } from 'rxjs';
import { Queue } from '../../util/queue.js';
import type { BudgetCost, BudgetLimits, BudgetStore } from './budget-store.js';

/** A cost, and the `scheduler.now()` at which it was taken. */
interface Taken extends BudgetCost {
  readonly at: number;
}

/** The budget of one interceptor in memory: a sliding window on the clock of a scheduler. It answers at once. */
export class MemoryBudget implements BudgetStore {
  private readonly scheduler: SchedulerLike;
  /** What the window holds, the oldest first. */
  private readonly taken = new Queue<Taken>();
  private requests = 0;
  private tokens = 0;
  private heldUntil = -Infinity;

  constructor(scheduler: SchedulerLike) {
    this.scheduler = scheduler;
  }

  readonly take = (_key: string, cost: BudgetCost, limits: BudgetLimits): Observable<number> => {
    const now = this.scheduler.now();
    this.forget(now - limits.window);
    const wait = Math.max(this.heldUntil, this.freeAt(cost, limits, now)) - now;
    if (wait <= 0) {
      this.taken.push({ ...cost, at: now });
      this.requests += cost.requests;
      this.tokens += cost.tokens;
    }
    return of(Math.max(0, wait));
  };

  /** Does nothing: no exchange can be left while `take` answers. */
  readonly give = (): Observable<never> => EMPTY;

  readonly hold = (_key: string, ms: number): Observable<never> => {
    this.heldUntil = Math.max(this.heldUntil, this.scheduler.now() + ms);
    return EMPTY;
  };

  /** Drops what was taken up to a time. */
  private forget(time: number): void {
    for (let first = this.taken.first; first !== undefined && first.at <= time; first = this.taken.first) {
      this.taken.shift();
      this.requests -= first.requests;
      this.tokens -= first.tokens;
    }
  }

  /** Returns when the window has room for a cost. What it walks over is forgotten by then, so it is walked over once. */
  private freeAt(
    cost: BudgetCost,
    { requests = Infinity, tokens = Infinity, window }: BudgetLimits,
    now: number,
  ): number {
    let taken = { requests: this.requests, tokens: this.tokens };
    let time = now;
    for (const oldest of this.taken) {
      if (taken.requests + cost.requests <= requests && taken.tokens + cost.tokens <= tokens) {
        break;
      }
      taken = { requests: taken.requests - oldest.requests, tokens: taken.tokens - oldest.tokens };
      time = oldest.at + window;
    }
    return time;
  }
}
