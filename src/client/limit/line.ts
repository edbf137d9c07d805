import { first, map, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import { RateLimitError } from '../../errors/rate-limit-error.js';
import type { RunInContext } from '../../transport/async-context.js';
import { check, maxTimer } from '../../util/check.js';

/** The code of the error where an exchange would wait too long. */
export const budgetCode = 'rate_budget';

/** An exchange that waits for its turn. Its callbacks are called in its own async context. */
export interface Waiting {
  readonly run: RunInContext;
  /** Asks the budget, which has room after so many milliseconds; 0 if it has taken the cost. */
  ask(): Observable<number>;
  /** Gives back the cost. */
  giveBack(): void;
  /** Called when the exchange has to wait for the budget. What it throws is its error. */
  notify(delay: number): void;
  send(): void;
  fail(error: unknown): void;
}

/** How a line moves on. */
interface LineConfig {
  /** How many exchanges may be open at once. */
  readonly concurrency: number;
  /** The longest wait of an exchange, in milliseconds. */
  readonly maxDelay: number;
  readonly scheduler: SchedulerLike;
}

/** An exchange in a line. */
interface Member extends Waiting {
  readonly place: number;
  /** The latest `scheduler.now()` at which it may be sent. */
  readonly deadline: number;
  open: boolean;
}

/**
 * Exchanges that wait, in the order in which they came. The first alone asks the budget, so that none overtakes another. Only
 * the first has a timer: all may wait equally long, so none behind it has to give up earlier.
 */
export class Line {
  private readonly config: LineConfig;
  /** By place, from `front` to before `end`. Those that left are missing. */
  private readonly waiting = new Map<number, Member>();
  private front = 0;
  private end = 0;
  private open = 0;
  /** When the budget was asked; `undefined` once it has answered. */
  private askedAt: number | undefined;
  private advancing = false;
  /** When the first asks again; `undefined` if the budget has not refused it. */
  private askAt: number | undefined;
  private timer: Subscription | undefined;
  private timerAt = Infinity;

  constructor(config: LineConfig) {
    this.config = config;
  }

  /** Joins the end of the line. Returns a function to call when the exchange has ended or was left. */
  join(exchange: Waiting): () => void {
    const { scheduler, maxDelay } = this.config;
    const member = { ...exchange, place: this.end, deadline: scheduler.now() + maxDelay, open: false };
    this.waiting.set(member.place, member);
    this.end += 1;
    this.advance();
    return () => {
      this.remove(member);
      this.open -= member.open ? 1 : 0;
      this.advance();
    };
  }

  private advance(): void {
    if (this.advancing) {
      return;
    }
    this.advancing = true;
    let next = this.first();
    while (
      next !== undefined &&
      this.askedAt === undefined &&
      this.askAt === undefined &&
      this.open < this.config.concurrency
    ) {
      this.ask(next);
      next = this.first();
    }
    this.advancing = false;
    this.wakeAt(next === undefined ? Infinity : (this.askAt ?? this.latestFor(next)));
  }

  /** That a store on another machine needs time to answer is no wait for room. */
  private latestFor({ deadline }: Member): number {
    return this.askedAt === undefined ? deadline : Math.max(deadline, this.askedAt + patience);
  }

  private first(): Member | undefined {
    while (this.front < this.end && !this.waiting.has(this.front)) {
      this.front += 1;
    }
    return this.waiting.get(this.front);
  }

  private remove(member: Member): void {
    if (member === this.first()) {
      this.askAt = undefined;
    }
    this.waiting.delete(member.place);
  }

  private ask(member: Member): void {
    this.askedAt = this.config.scheduler.now();
    const end = (settle: () => void): void => {
      this.askedAt = undefined;
      settle();
      this.advance();
    };
    member.run(() => {
      // Not unsubscribed when the exchange is left, since only the answer tells whether there is something to give back.
      member
        .ask()
        .pipe(first(), map(checkWait))
        .subscribe({
          next: (wait) => end(() => this.settle(member, wait)),
          error: (error: unknown) => end(() => this.fail(member, error)),
        });
    });
  }

  private settle(member: Member, wait: number): void {
    if (!this.waiting.has(member.place)) {
      if (wait === 0) {
        member.giveBack();
      }
      return;
    }
    const at = this.config.scheduler.now() + wait;
    if (wait === 0) {
      this.remove(member);
      this.open += 1;
      member.open = true;
      member.run(() => member.send());
    } else if (at > member.deadline) {
      this.fail(member, tooLong(`The rate budget has room in ${wait} ms`, this.config.maxDelay, wait));
    } else {
      this.askAt = at;
      member.run(() => {
        try {
          member.notify(wait);
        } catch (thrown) {
          this.fail(member, thrown);
        }
      });
    }
  }

  private fail(member: Member, error: unknown): void {
    if (this.waiting.has(member.place)) {
      this.remove(member);
      member.run(() => member.fail(error));
    }
  }

  private wakeAt(time: number): void {
    if (time === this.timerAt) {
      return;
    }
    const { scheduler, maxDelay } = this.config;
    this.timer?.unsubscribe();
    this.timerAt = time;
    const wake = (): void => {
      const member = this.first();
      this.timerAt = Infinity;
      if (this.askAt === undefined && member !== undefined) {
        this.fail(member, tooLong('The exchange is still waiting for its turn', maxDelay));
      } else {
        this.askAt = undefined;
      }
      this.advance();
    };
    this.timer =
      time === Infinity ? undefined : scheduler.schedule(wake, Math.min(Math.max(0, time - scheduler.now()), maxTimer));
  }
}

/** How long a store may take to answer in any case, in milliseconds. */
const patience = 1000;

/** Rounded up, since timers drop fractions. */
function checkWait(wait: number): number {
  check(typeof wait === 'number' && wait >= 0, 'What store.take() emits', 'a number of milliseconds, 0 or more', wait);
  return Math.ceil(wait);
}

function tooLong(reason: string, maxDelay: number, retryAfter?: number): RateLimitError {
  return new RateLimitError(`429 ${reason}, and maxDelay is ${maxDelay} ms`, {
    status: 429,
    code: budgetCode,
    retryable: true,
    retryAfter,
  });
}
