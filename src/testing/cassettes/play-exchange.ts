import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { maxTimer } from '../../util/check.js';
import type { TransportEvent } from '../../transport/transport.js';
import type { CassetteEnd, CassetteExchange } from '../cassette.js';
import { toBytes } from './pieces.js';
import { fromRecordedError } from './recorded-error.js';

/**
 * Plays a recorded exchange once per subscription, each event at its time. One that was unsubscribed when it was recorded
 * falls silent where it ended then, since nobody knows what would have come.
 *
 * @param speed 2 halves every time; `Infinity` plays all at once, though not before `subscribe` returns.
 */
export function playExchange(
  exchange: CassetteExchange,
  speed: number,
  scheduler: SchedulerLike,
): Observable<TransportEvent> {
  return new Observable((subscriber) => {
    const started = scheduler.now();
    const steps = stepsOf(exchange);
    let next = 0;
    const wait = (): number => {
      const due = started + (steps[next]?.at ?? 0) / speed;
      return Math.min(Math.max(0, due - scheduler.now()), maxTimer);
    };
    return scheduler.schedule(function () {
      for (let step = steps[next]; step !== undefined && !subscriber.closed; step = steps[next]) {
        const pause = wait();
        if (pause > 0) {
          this.schedule(undefined, pause);
          return;
        }
        next += 1;
        step.play(subscriber);
      }
    }, wait());
  });
}

interface Step {
  readonly at: number;
  readonly play: (subscriber: Subscriber<TransportEvent>) => void;
}

function stepsOf({ response, end }: CassetteExchange): readonly Step[] {
  const events: Step[] =
    response === undefined
      ? []
      : [
          {
            at: response.at,
            play: (subscriber) => {
              const { status, headers } = response;
              subscriber.next({ type: 'head', status, headers: new Headers(headers) });
            },
          },
          ...response.body.map((piece) => ({
            at: piece.at,
            play: (subscriber: Subscriber<TransportEvent>) => {
              subscriber.next({ type: 'data', bytes: toBytes(piece) });
            },
          })),
        ];
  return [...events, { at: end.at, play: (subscriber) => finish(subscriber, end) }];
}

function finish(subscriber: Subscriber<TransportEvent>, end: CassetteEnd): void {
  if (end.type === 'error') {
    subscriber.error(fromRecordedError(end.error));
  } else if (end.type === 'complete') {
    subscriber.complete();
  }
}
