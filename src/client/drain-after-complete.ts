import { Observable, type OperatorFunction, type SchedulerLike, Subject, Subscription } from 'rxjs';

/**
 * Applies a stage. When the stage completes of its own accord, the source may run on unheard for at most `grace`
 * milliseconds before it is unsubscribed: an answer read to its end mark can reach its end, so that its connection is used
 * again, while nobody waits for it. Unsubscribing and errors end the source at once.
 */
export function drainAfterComplete<T, R>(
  stage: OperatorFunction<T, R>,
  grace: number,
  scheduler: SchedulerLike,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const relay = new Subject<T>();
      const upstream = new Subscription();
      let completed = false;
      subscriber.add(() => {
        if (completed) {
          upstream.add(scheduler.schedule(() => upstream.unsubscribe(), grace));
        } else {
          upstream.unsubscribe();
        }
      });
      subscriber.add(
        relay.pipe(stage).subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            completed = true;
            subscriber.complete();
          },
        }),
      );
      // Tied to `upstream` before its first value, so that closing stops a synchronous source between two values; a source
      // that ends by itself takes the timer with it.
      new Observable<T>((inner) => {
        upstream.add(inner);
        inner.add(upstream);
        source.subscribe(inner);
      }).subscribe(relay);
    });
}
