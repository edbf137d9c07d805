import { Observable, type Observer, type OperatorFunction, Subscriber, type Subscription } from 'rxjs';

/** How an operator handles the notifications of its source. By default errors and completion pass through. */
export interface Stage<T> {
  next(value: T): void;
  error?(reason: unknown): void;
  complete?(): void;
  /** Called after the source was subscribed, unless the destination has closed by then. */
  subscribed?(): void;
  /**
   * Called when the source is to be unsubscribed. After returning true it stays subscribed, and the stage has to
   * unsubscribe it later.
   */
  lingers?(): boolean;
  /** Called once the source has ended or was unsubscribed. */
  closed?(): void;
}

/**
 * Creates an operator by hand, where rxjs operators cannot be composed or would cost too much for each value.
 *
 * Closing the destination (with `take(1)`, for example) stops a synchronous source between two values. An error thrown by
 * a stage goes to the destination.
 *
 * @param connect Called once per subscription, before the source is subscribed; creates the state of that subscription.
 *   `source` is the subscription to the source, for a stage that must unsubscribe it before emitting.
 */
export function operate<T, R>(
  connect: (destination: Subscriber<R>, source: Subscription) => Stage<T>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((destination) => {
      const subscriber = new StageSubscriber<T>(destination);
      const stage = connect(destination, subscriber);
      subscriber.stage = stage;
      if (destination instanceof StageSubscriber) {
        destination.follow(subscriber);
      } else {
        destination.add(subscriber);
      }
      source.subscribe(subscriber);
      if (!destination.closed) {
        stage.subscribed?.();
      }
    });
}

/** Subscribes so that unsubscribing `subscription` stops the source, even a synchronous one between two values. */
export function subscribeWithin<T>(source: Observable<T>, subscription: Subscription, observer: Observer<T>): void {
  const subscriber = new StageSubscriber<T>(observer);
  subscriber.stage = observer;
  subscription.add(subscriber);
  source.subscribe(subscriber);
}

/**
 * Creates the Observable when it is subscribed. Unlike rxjs's `defer` it takes nothing but Observables: what converts
 * Promises and async iterables is 2 kB of a bundle.
 */
export function perSubscription<T>(create: () => Observable<T>): Observable<T> {
  return new Observable((subscriber) => create().subscribe(subscriber));
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

/**
 * A subscriber that is tied to its parent before the first value comes, unlike the one that `subscribe(observer)` returns,
 * and that costs one object per subscription.
 */
class StageSubscriber<T> extends Subscriber<T> {
  private readonly target: Pick<Observer<unknown>, 'error' | 'complete'>;
  stage!: Stage<T>;
  private upstream: Subscription | undefined;

  /** @param target Gets the errors that the stage throws. */
  constructor(target: Pick<Observer<unknown>, 'error' | 'complete'>) {
    super();
    this.target = target;
  }

  /** Adds the subscription to the stage before, without the list that rxjs would make for it. */
  follow(upstream: Subscription): void {
    if (this.closed || this.upstream?.closed === false) {
      this.add(upstream);
    } else {
      this.upstream = upstream;
    }
  }

  override unsubscribe(): void {
    if (this.closed || this.stage.lingers?.() === true) {
      return;
    }
    try {
      super.unsubscribe();
      this.upstream?.unsubscribe();
    } finally {
      this.stage.closed?.();
    }
  }

  protected override _next(value: T): void {
    try {
      this.stage.next(value);
    } catch (thrown) {
      this.target.error(thrown);
      this.unsubscribe();
    }
  }

  protected override _error(reason: unknown): void {
    try {
      (this.stage.error === undefined ? this.target : this.stage).error?.(reason);
    } catch (thrown) {
      this.target.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    try {
      (this.stage.complete === undefined ? this.target : this.stage).complete?.();
    } catch (thrown) {
      this.target.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }
}
