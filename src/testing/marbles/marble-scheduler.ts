import type { Observable } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { compareNotifications, compareSubscriptions } from './compare-marbles.js';

interface Expectation {
  readonly compare: typeof compareNotifications | typeof compareSubscriptions;
  /** Created by `toBe` or `toEqual`, for its stack. rxjs compares nothing without them. */
  place?: Error;
}

/** The return type of `expectObservable`, which rxjs does not name. */
interface StreamExpectation<T> {
  readonly toBe: (marbles: string, values?: unknown, error?: unknown) => void;
  readonly toEqual: (other: Observable<T>) => void;
}

/** A `TestScheduler` that compares without a test runner, and throws errors that point to the failed expectation. */
export class MarbleScheduler extends TestScheduler {
  #expectations: Expectation[] = [];
  /** Those that the current flush has still to compare, in the order in which rxjs compares them. */
  #due: Expectation[] = [];

  /** @param hasPromises Whether anything waited for a promise, which explains a missing value. */
  constructor(hasPromises: () => boolean) {
    super((actual: unknown, expected: unknown) => {
      const { compare = compareNotifications, place } = this.#due.shift() ?? {};
      const error = compare(actual as never, expected as never, place, hasPromises());
      if (error !== undefined) {
        throw error;
      }
    });
  }

  override expectObservable<T>(
    observable: Observable<T>,
    subscriptionMarbles: string | null = null,
  ): StreamExpectation<T> {
    const inner = super.expectObservable(observable, subscriptionMarbles);
    const expectation = this.#add(compareNotifications);
    return {
      toBe: (marbles, values, error) => {
        expectation.place = callerOf();
        inner.toBe(marbles, values, error);
      },
      toEqual: (other) => {
        expectation.place = callerOf();
        inner.toEqual(other);
      },
    };
  }

  override expectSubscriptions(
    ...logs: Parameters<RunHelpers['expectSubscriptions']>
  ): ReturnType<RunHelpers['expectSubscriptions']> {
    const inner = super.expectSubscriptions(...logs);
    const expectation = this.#add(compareSubscriptions);
    return {
      toBe: (marbles) => {
        expectation.place = callerOf();
        inner.toBe(marbles);
      },
    };
  }

  override flush(): void {
    const isReady = ({ place }: Expectation): boolean => place !== undefined;
    this.#due = this.#expectations.filter(isReady);
    super.flush();
    // Like rxjs, which compares them all again in the next flush if one of them fails in this one.
    this.#expectations = this.#expectations.filter((expectation) => !isReady(expectation));
  }

  #add(compare: Expectation['compare']): Expectation {
    const expectation: Expectation = { compare };
    this.#expectations.push(expectation);
    return expectation;
  }
}

/** An error whose stack starts at the caller of the function that calls this. */
function callerOf(): Error {
  const place = new Error();
  const [head = '', ...frames] = (place.stack ?? '').split('\n');
  place.stack = [head, ...frames.slice(2)].join('\n');
  return place;
}
