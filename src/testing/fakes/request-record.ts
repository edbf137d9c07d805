import { type MonoTypeOperatorFunction, type SchedulerLike, tap } from 'rxjs';

/** When a request was sent and how it ended. Times are read from `scheduler.now()`: frames in a marble test. */
export interface RequestRecord {
  readonly sentAt: number;
  /** `undefined` while the request is open. */
  readonly endedAt: number | undefined;
  /** `unsubscribed` means that a server would see an abort; `undefined` while the request is open. */
  readonly ending: 'completed' | 'failed' | 'unsubscribed' | undefined;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Creates the record of a request that is sent now. */
export function startRecord(scheduler: SchedulerLike): Writable<RequestRecord> {
  return { sentAt: scheduler.now(), endedAt: undefined, ending: undefined };
}

/** Records when and how a request ends. */
export function recordEnding<T>(
  record: Writable<RequestRecord>,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  const end = (ending: RequestRecord['ending']): void => {
    record.endedAt = scheduler.now();
    record.ending = ending;
  };
  return tap({ complete: () => end('completed'), error: () => end('failed'), unsubscribe: () => end('unsubscribed') });
}
