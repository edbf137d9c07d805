import { asyncScheduler, type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import { captureContext } from '../transport/async-context.js';

/** How many subscriptions to one request may end synchronously in a row before the next one waits for a timer. */
const maxInTurn = 500;

let waiting: (() => void)[] = [];
let isSubscribing = false;

/**
 * Keeps the stack flat where a transport or a fake answers synchronously. A request that starts inside a callback of
 * another one is subscribed after that one's `subscribe`, but before the outermost `subscribe` returns. `repeat` and
 * `retry`, which subscribe again after that and call themselves, get every 500th answer after a timer.
 */
export function onFlatStack<T>(): MonoTypeOperatorFunction<T> {
  let endedInTurn = 0;

  const countEnded = (): void => {
    if (endedInTurn === 0) {
      // Not by a scheduler, whose time may be virtual.
      queueMicrotask(() => (endedInTurn = 0));
    }
    endedInTurn += 1;
  };
  return (source) =>
    new Observable((subscriber) => {
      if (isSubscribing) {
        const run = captureContext();
        waiting.push(() => subscriber.closed || run(() => source.subscribe(subscriber)));
        return;
      }
      const start = (): void => {
        subscribeAll(source, subscriber);
        if (subscriber.closed) {
          countEnded();
        }
      };
      if (endedInTurn < maxInTurn) {
        start();
      } else {
        subscriber.add(asyncScheduler.schedule(start));
      }
    });
}

/** Subscribes to the source, and to those that start meanwhile. */
function subscribeAll<T>(source: Observable<T>, subscriber: Subscriber<T>): void {
  isSubscribing = true;
  try {
    source.subscribe(subscriber);
    while (waiting.length > 0) {
      const starts = waiting;
      waiting = [];
      starts.forEach((start) => start());
    }
  } finally {
    isSubscribing = false;
  }
}
