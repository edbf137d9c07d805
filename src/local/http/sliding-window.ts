import type { SchedulerLike } from 'rxjs';

/** How many requests are let in. */
export interface LocalRateLimit {
  /** How many, in any stretch of time as long as the window. */
  readonly requests: number;
  /** Milliseconds. */
  readonly window: number;
}

/** What a limit said of one request. */
export interface Admission {
  readonly admitted: boolean;
  /** How many more it would let in now. */
  readonly remaining: number;
  /** Milliseconds until it is as if nothing had been asked. */
  readonly reset: number;
  /** Milliseconds until it lets the next one in; 0 when it would now. */
  readonly wait: number;
}

/**
 * Makes a sliding window: each call is a request, let in when fewer than `requests` were during the last `window`
 * milliseconds. Refused ones do not count.
 */
export function slidingWindow({ requests, window }: LocalRateLimit, scheduler: SchedulerLike): () => Admission {
  // A ring: the n-th request that was let in is at n modulo `requests`.
  const ends: number[] = [];
  let first = 0;
  let next = 0;
  const endOf = (index: number): number => ends[index % requests] ?? 0;
  return () => {
    const now = scheduler.now();
    while (first < next && endOf(first) <= now) {
      first += 1;
    }
    const admitted = next - first < requests;
    if (admitted) {
      ends[next % requests] = now + window;
      next += 1;
    }
    const remaining = requests - (next - first);
    return { admitted, remaining, reset: endOf(next - 1) - now, wait: remaining > 0 ? 0 : endOf(first) - now };
  };
}
