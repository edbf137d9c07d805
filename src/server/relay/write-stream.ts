import {
  catchError,
  concatMap,
  EMPTY,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  Subject,
  take,
  takeWhile,
  throwError,
} from 'rxjs';
import { conflate } from '../../operators/conflate.js';
import { fillSilence } from '../../util/fill-silence.js';
import type { LogEntry } from '../stream-log.js';
import type { RelayedEvent } from './ask-upstream.js';
import type { RelaySettings } from './relay-config.js';

/** Which stream is written. */
export interface StreamKey {
  readonly id: string;
  readonly owner: string;
}

/** Entries that are appended together. */
interface Batch {
  readonly entries: LogEntry[];
  readonly isEnd: boolean;
}

/** After how many milliseconds of silence the writer renews its lease. */
const renewal = 3000;

/**
 * Writes events to the log, one append after the other: what comes during an append is the next one. Completes once the end
 * is written, or nobody reads; unsubscribing the source.
 */
export function writeStream(
  events: Observable<RelayedEvent>,
  { id, owner }: StreamKey,
  { log, detach, scheduler }: Pick<RelaySettings, 'log' | 'detach' | 'scheduler'>,
): Observable<never> {
  let number = 0;
  let isAppending = false;
  const appended = new Subject<void>();
  const append = ({ entries, isEnd }: Batch): Observable<boolean> => {
    isAppending = true;
    return from(log.append(id, owner, entries, { end: isEnd, detach })).pipe(
      take(1),
      map((result) => {
        isAppending = false;
        appended.next();
        return result === 'ok' && !isEnd;
      }),
    );
  };
  return events.pipe(
    map(({ isEnd, ...event }): Batch => ({ entries: [{ number: ++number, ...event }], isEnd })),
    fillSilence<Batch>({ entries: [], isEnd: false }, renewal, scheduler),
    conflate(join, () => (isAppending ? appended : EMPTY)),
    concatMap(append),
    takeWhile((goesOn) => goesOn),
    ignoreElements(),
  );
}

function join({ entries }: Batch, next: Batch): Batch {
  return { entries: [...entries, ...next.entries], isEnd: next.isEnd };
}
