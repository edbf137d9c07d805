import type { Observable } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { compareNotifications, type FramedNotification } from './compare-notifications.js';
import { compareSubscriptions, type FramedSubscription } from './compare-subscriptions.js';

/** An expectation, from the moment a test names a stream. */
interface Pending {
  readonly compares: 'notifications' | 'subscriptions';
  /** Made where the test says what it expects; without it nothing is compared. */
  place?: Error;
}

/** What rxjs gives for a stream that is expected to emit something. */
interface StreamExpectation<T> {
  readonly toBe: (marbles: string, values?: unknown, error?: unknown) => void;
  readonly toEqual: (other: Observable<T>) => void;
}

/** A `TestScheduler` that compares by itself, in any test runner, and says where an expectation stands. */
export class MarbleScheduler extends TestScheduler {
  /** In the order in which they are compared. */
  readonly #pending: Pending[] = [];

  constructor() {
    super((actual: unknown, expected: unknown) => {
      const error = this.#compare(actual, expected);
      if (error !== undefined) {
        throw error;
      }
    });
  }

  override expectObservable<T>(
    observable: Observable<T>,
    subscriptionMarbles: string | null = null,
  ): StreamExpectation<T> {
    const expectation = super.expectObservable(observable, subscriptionMarbles);
    const pending = this.#add('notifications');
    return {
      toBe: (marbles, values, error) => {
        pending.place = placeOf();
        expectation.toBe(marbles, values, error);
      },
      toEqual: (other) => {
        pending.place = placeOf();
        expectation.toEqual(other);
      },
    };
  }

  override expectSubscriptions(
    ...logs: Parameters<RunHelpers['expectSubscriptions']>
  ): ReturnType<RunHelpers['expectSubscriptions']> {
    const expectation = super.expectSubscriptions(...logs);
    const pending = this.#add('subscriptions');
    return {
      toBe: (marbles) => {
        pending.place = placeOf();
        expectation.toBe(marbles);
      },
    };
  }

  #add(compares: Pending['compares']): Pending {
    const pending: Pending = { compares };
    this.#pending.push(pending);
    return pending;
  }

  #compare(actual: unknown, expected: unknown): Error | undefined {
    // rxjs compares in this order, and only those that say what they expect.
    const index = this.#pending.findIndex(({ place }) => place !== undefined);
    const [pending] = this.#pending.splice(index, 1);
    return pending?.compares === 'subscriptions'
      ? compareSubscriptions(
          actual as readonly FramedSubscription[],
          expected as readonly FramedSubscription[],
          pending.place,
        )
      : compareNotifications(
          actual as readonly FramedNotification[],
          expected as readonly FramedNotification[],
          pending?.place,
        );
  }
}

/** The caller of the method that calls this. */
function placeOf(): Error {
  const place = new Error();
  const [head = '', ...frames] = (place.stack ?? '').split('\n');
  place.stack = [head, ...frames.slice(2)].join('\n');
  return place;
}
