import { Observable, Subscription, type Observer, type OperatorFunction, type Subscriber } from 'rxjs';

/** How an operator handles the notifications of its source. By default errors and completion pass through. */
interface SourceHandlers<T> {
  readonly next: (value: T) => void;
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
  /** Called after the source was subscribed, unless the destination has closed by then. */
  readonly subscribed?: () => void;
}

/**
 * Creates an operator from callbacks, where rxjs operators cannot be composed.
 *
 * Closing the destination (with `take(1)`, for example) stops a synchronous source between two values. An error thrown by
 * a callback goes to the destination.
 *
 * @param connect Called once per subscription, before the source is subscribed; holds the state of that subscription.
 *   `source` is the subscription to the source, for an operator that must unsubscribe it before emitting.
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

/** Subscribes so that unsubscribing `subscription` stops the source, even a synchronous one between two values. */
export function subscribeWithin<T>(source: Observable<T>, subscription: Subscription, observer: Observer<T>): void {
  // Ties the Subscriber to `subscription` before the first value; `source.subscribe(observer)` would return it only after
  // a synchronous source has run to its end.
  new Observable<T>((subscriber) => {
    subscription.add(subscriber);
    source.subscribe(subscriber);
  }).subscribe(observer);
}

/** Emits values one by one, until the destination closes. */
export function emitAll<T>(values: Iterable<T>, destination: Subscriber<T>): void {
  for (const value of values) {
    if (destination.closed) {
      return;
    }
    destination.next(value);
  }
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
