import { Observable, Subscription, type Observer, type OperatorFunction, type Subscriber } from 'rxjs';

/** What an operator does with the notifications of its source. Errors and completion it says nothing about pass on. */
export interface SourceHandlers<T> {
  readonly next: (value: T) => void;
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
  /** Called once the source is subscribed, unless it has ended by then. */
  readonly subscribed?: () => void;
}

/**
 * Makes an operator from callbacks, for what no composition of rxjs operators gives.
 *
 * Closing the destination, `take(1)` for one, stops a synchronous source between two values. A callback that throws
 * errors the destination.
 *
 * @param connect Called once per subscription, before the source is subscribed: the state of one subscription lives in
 *   it. `source` is the subscription to the source, for an operator that must end it before it delivers something.
 */
export function operate<T, R>(
  connect: (destination: Subscriber<R>, source: Subscription) => SourceHandlers<T>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((destination) => {
      const subscription = new Subscription();
      destination.add(subscription);
      const {
        next,
        error = (reason) => destination.error(reason),
        complete = () => destination.complete(),
        subscribed,
      } = connect(destination, subscription);

      subscribeWithin(source, subscription, {
        next: guard(destination, next),
        error: guard(destination, error),
        complete: guard(destination, complete),
      });
      if (!destination.closed) {
        subscribed?.();
      }
    });
}

/** Subscribes so that ending `subscription` ends the source, a synchronous one between two values. */
export function subscribeWithin<T>(source: Observable<T>, subscription: Subscription, observer: Observer<T>): void {
  // The source gets a Subscriber that is tied before the first value; `source.subscribe(observer)` would give one to
  // tie only after a synchronous source has run to its end.
  new Observable<T>((subscriber) => {
    subscription.add(subscriber);
    source.subscribe(subscriber);
  }).subscribe(observer);
}

function guard<A extends readonly unknown[]>(
  destination: Subscriber<unknown>,
  callback: (...values: A) => void,
): (...values: A) => void {
  return (...values) => {
    try {
      callback(...values);
    } catch (error) {
      destination.error(error);
    }
  };
}
