import { Observable, type OperatorFunction, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { operate, type Stage } from '../util/operate.js';

/**
 * Applies `read`, and after it completes keeps draining the source for up to `grace` milliseconds, so that the connection
 * can be reused. Unsubscribing and errors end the source at once.
 */
export function drainAfterComplete<T, R>(
  read: OperatorFunction<T, R>,
  grace: number,
  scheduler: SchedulerLike,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let drain: Drain<T> | undefined;
      const drained = operate<T, T>(
        (destination, upstream) => (drain = new Drain(destination, upstream, grace, scheduler)),
      );
      const noted = operate<R, R>((destination) => ({
        next: (value) => destination.next(value),
        complete: () => {
          drain?.begin();
          destination.complete();
        },
      }));
      source.pipe(drained, read, noted).subscribe(subscriber);
    });
}

class Drain<T> implements Stage<T> {
  private readonly destination: Subscriber<T>;
  private readonly source: Subscription;
  private readonly grace: number;
  private readonly scheduler: SchedulerLike;
  private begun = false;
  private ended = false;
  private timer: Subscription | undefined;

  constructor(destination: Subscriber<T>, source: Subscription, grace: number, scheduler: SchedulerLike) {
    this.destination = destination;
    this.source = source;
    this.grace = grace;
    this.scheduler = scheduler;
  }

  /** Called before the reader completes. */
  begin(): void {
    this.begun = true;
  }

  next(value: T): void {
    if (!this.begun) {
      this.destination.next(value);
    }
  }

  error(reason: unknown): void {
    this.ended = true;
    this.destination.error(reason);
  }

  complete(): void {
    this.ended = true;
    this.destination.complete();
  }

  lingers(): boolean {
    if (!this.begun || this.ended) {
      return false;
    }
    this.timer ??= this.scheduler.schedule(() => {
      this.ended = true;
      this.source.unsubscribe();
    }, this.grace);
    return true;
  }

  closed(): void {
    this.timer?.unsubscribe();
  }
}
