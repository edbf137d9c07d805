import type { RateLimits } from '../../errors/rate-limits.js';
import type { BudgetCost, BudgetLimits } from './budget-store.js';

/** What the server said is left, and the time until which that counts. */
interface Told {
  left: number;
  readonly until: number;
}

const units = ['requests', 'tokens'] as const;

/** What the server says in its headers is left, where that may be less than the budget holds. */
export class ToldRemaining {
  private readonly limits: BudgetLimits;
  private readonly told = new Map<(typeof units)[number], Told>();

  constructor(limits: BudgetLimits) {
    this.limits = limits;
  }

  /**
   * Lowers what is left until the server's reset, at most for a window. An answer that says more than an earlier one may have
   * been overtaken, so it raises nothing.
   */
  lower(rateLimits: RateLimits, now: number): void {
    const { window } = this.limits;
    for (const unit of units) {
      const { remaining, reset = window } = rateLimits[unit] ?? {};
      if (remaining !== undefined && remaining < this.leftOf(unit, now)) {
        this.told.set(unit, { left: remaining, until: now + Math.min(reset, window) });
      }
    }
  }

  /** Counts what is sent. */
  spend(cost: BudgetCost): void {
    for (const [unit, told] of this.told) {
      told.left -= cost[unit];
    }
  }

  /** Returns the milliseconds after which the server may have room for a cost. */
  wait(cost: BudgetCost, now: number): number {
    const waits = units.map((unit) => {
      const needed = Math.min(cost[unit], this.limits[unit] ?? 0);
      return needed > this.leftOf(unit, now) ? (this.told.get(unit)?.until ?? now) - now : 0;
    });
    return Math.max(...waits);
  }

  private leftOf(unit: (typeof units)[number], now: number): number {
    const told = this.told.get(unit);
    return told === undefined || told.until <= now ? Infinity : told.left;
  }
}
