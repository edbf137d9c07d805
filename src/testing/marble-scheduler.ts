import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { compareNotifications, type FramedNotification } from './compare-notifications.js';
import { compareSubscriptions, type FramedSubscription } from './compare-subscriptions.js';

/** An expectation, from the moment a test names a stream. */
interface Pending {
  readonly compares: 'notifications' | 'subscriptions';
  /** Made where the test says what it expects; without it nothing is compared. */
  place?: Error;
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
  ): ReturnType<typeof TestScheduler.prototype.expectObservable<T>> {
    const expectation = super.expectObservable(observable, subscriptionMarbles);
    const pending = this.#add('notifications');
    return {
      toBe: (...marbles: Parameters<typeof expectation.toBe>) => {
        pending.place = placeOf();
        expectation.toBe(...marbles);
      },
      toEqual: (other) => {
        pending.place = placeOf();
        expectation.toEqual(other);
      },
    };
  }

  override expectSubscriptions(
    ...logs: Parameters<typeof TestScheduler.prototype.expectSubscriptions>
  ): ReturnType<typeof TestScheduler.prototype.expectSubscriptions> {
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
