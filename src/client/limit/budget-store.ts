import type { ObservableInput } from 'rxjs';

/** What one exchange takes of a budget. */
export interface BudgetCost {
  /** Always 1. */
  readonly requests: number;
  /** The estimated tokens of question and answer, a whole number; 0 where tokens are not limited. */
  readonly tokens: number;
}

/** How much any window may hold. A limit that is absent does not apply. */
export interface BudgetLimits {
  readonly requests?: number | undefined;
  readonly tokens?: number | undefined;
  /** The length of the window in milliseconds. */
  readonly window: number;
}

/**
 * Where a budget is kept that machines share. Its methods may answer with a Promise or an Observable, and are called for one
 * exchange at a time.
 */
export interface BudgetStore {
  /**
   * Takes a cost if the window that ends now holds it with all that was taken before, and emits 0. Otherwise takes nothing,
   * and emits the milliseconds after which to ask again. A cost above a whole limit is taken while the window is empty.
   */
  readonly take: (key: string, cost: BudgetCost, limits: BudgetLimits) => ObservableInput<number>;
  /** Gives back what was taken for an exchange that was left before it was sent. */
  readonly give: (key: string, cost: BudgetCost) => ObservableInput<unknown>;
  /** Refuses every take for so many milliseconds, since the server asked for a pause. Never shortens an earlier one. */
  readonly hold: (key: string, ms: number) => ObservableInput<unknown>;
}
