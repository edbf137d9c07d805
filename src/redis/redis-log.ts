import { randomUUID } from 'node:crypto';
import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  interval,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { AppendResult, LogEntry, LogPage, StreamLog } from '../server/stream-log.js';
import { check, checkConfig, checkCount, checkDuration, checkScheduler } from '../util/check.js';
import { appendScript } from './append-script.js';
import { checkClient, type RedisClient } from './redis-client.js';
import { notificationsOf } from './notifications.js';
import { pageScript } from './page-script.js';
import { hasCode, runScript } from './run-script.js';
import { stopScript } from './stop-script.js';

/** Configuration of {@link redisLog}. */
export interface RedisLogConfig {
  /** A connected client of the package `redis`. No command that waits is sent on it. */
  readonly client: RedisClient;
  /** Put in front of all keys and channels. Default `'rxllm:'`. */
  readonly prefix?: string | undefined;
  /** For how many milliseconds a stream is kept after its end. Default 600,000: 10 minutes. */
  readonly ttl?: number | undefined;
  /** How many bytes of data and names of events a stream may have; its last append may exceed that by 1 KiB. Default 16 MiB. */
  readonly bytes?: number | undefined;
  /**
   * For how many milliseconds a writer keeps its stream without appending. After that its readers are told that it is lost. As
   * long may Redis be unreachable. Default 10,000.
   */
  readonly lease?: number | undefined;
  /** Waits, and tells which streams this log has begun. Leases run on Redis's clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Entries and bytes of a page. */
const pageSize = [128, 65_536] as const;

/**
 * Creates a log of streams in Redis, for readers on any machine that uses the same Redis.
 *
 * A stream is three keys, `${prefix}{id}:log` (a Redis stream with entry n as `n-0`), `${prefix}{id}:state` and
 * `${prefix}{id}:readers`, which expire from the first append on. Appends to one stream must follow each other.
 *
 * Readers that wait share one duplicate of the client, which listens for notifications, and read again every `lease / 2`
 * anyway. It is closed a moment after the last of them has left.
 *
 * While Redis is unreachable, calls wait for it for `lease`, and then error. They error at once with what Redis refuses. The
 * client needs a listener for its `error` events.
 *
 * @throws TypeError for an invalid configuration.
 */
export function redisLog(config: RedisLogConfig): StreamLog {
  const { client, prefix, ttl, bytes, lease, scheduler } = readConfig(config);
  const writer = randomUUID();
  const begun = createBegun(ttl + lease, scheduler);
  const notifications = notificationsOf(client, scheduler);
  const run = (script: string, id: string, names: readonly string[], values: readonly (string | number)[]) =>
    runScript({
      client,
      script,
      keys: names.map((name) => `${prefix}{${id}}:${name}`),
      values,
      patience: lease,
      scheduler,
    });
  const channelOf = (id: string): string => `${prefix}{${id}}:appended`;

  return {
    lease,

    append: (id, owner, entries, { end = false, detach }) =>
      defer(() => {
        const flags = [begun.has(id) ? 0 : 1, end ? 1 : 0];
        const values = [
          writer,
          owner,
          ...flags,
          detach,
          lease,
          ttl,
          bytes,
          channelOf(id),
          ...entries.flatMap(toValues),
        ];
        return run(appendScript, id, ['log', 'state', 'readers'], values);
      }).pipe(
        map((reply) => reply as AppendResult),
        catchError((failure: unknown) => (hasCode(failure, 'OOM') ? of('full' as const) : throwError(() => failure))),
        tap((result) => begun.note(id, result, end)),
      ),

    read: (id, owner, after, wait) =>
      defer(() => {
        const reader = randomUUID();
        let isWaiting = false;
        const readOnce = (waits: boolean): Observable<LogPage | undefined> =>
          defer(() => {
            isWaiting = waits;
            const values = [owner, after, after + 1, reader, waits ? 1 : 0, lease, ...pageSize];
            return run(pageScript, id, ['log', 'state', 'readers'], values);
          }).pipe(map(toPage));
        const leave = (): void => {
          if (isWaiting) {
            readOnce(false).subscribe({ error: () => undefined });
          }
        };
        const channel = channelOf(id);
        const waiting = concat(
          // What is there already needs no connection for notifications.
          defer(() => (notifications.isOpen(channel) ? EMPTY : readOnce(true))),
          merge(notifications.of(channel), interval(lease / 2, scheduler)).pipe(concatMap(() => readOnce(true))),
        ).pipe(
          filter((page) => page === undefined || page.entries.length > 0 || page.state !== 'open'),
          tap(() => (isWaiting = false)),
          takeUntil(timer(wait, scheduler)),
        );
        return concat(wait > 0 ? waiting : EMPTY, readOnce(false)).pipe(take(1), finalize(leave));
      }),

    stop: (id, owner) => run(stopScript, id, ['state'], [owner]).pipe(map((reply) => reply === 1)),
  };
}

function readConfig(
  config: RedisLogConfig,
): Required<{ readonly [Field in keyof RedisLogConfig]: NonNullable<RedisLogConfig[Field]> }> {
  checkConfig('redisLog', config, ['client', 'prefix', 'ttl', 'bytes', 'lease', 'scheduler']);
  const { client, prefix = 'rxllm:', ttl = 600_000, bytes = 16_777_216, lease = 10_000 } = config;
  const { scheduler = asyncScheduler } = config;
  checkClient(client);
  check(typeof prefix === 'string', 'prefix', 'a string', prefix);
  checkCount('bytes', bytes, 1);
  checkScheduler(scheduler);
  const [wholeTtl, wholeLease] = [Math.ceil(checkDuration('ttl', ttl)), Math.ceil(checkDuration('lease', lease))];
  check(wholeLease > 0, 'lease', 'more than 0', lease);
  return { client, prefix, ttl: wholeTtl, bytes, lease: wholeLease, scheduler };
}

/**
 * Remembers which streams a log has begun: one that is then not in Redis was lost there, and must not begin again. A stream
 * that was left without an end is forgotten when Redis has forgotten it.
 */
function createBegun(kept: number, scheduler: SchedulerLike) {
  const times = new Map<string, number>();
  return {
    has: (id: string): boolean => times.has(id),
    note: (id: string, result: AppendResult, end: boolean): void => {
      const now = scheduler.now();
      if (result === 'ok' || result === 'detached') {
        times.delete(id);
        times.set(id, now);
      }
      if (end || result === 'lost') {
        times.delete(id);
      }
      for (const [oldest, time] of times) {
        if (time >= now - kept) {
          break;
        }
        times.delete(oldest);
      }
    },
  };
}

function toValues({ number, event, data }: LogEntry): readonly (string | number)[] {
  return [number, data, event ?? ''];
}

/** A reply of the script: the state, and the entries as Redis has them. */
type PageReply = readonly [LogPage['state'], readonly (readonly [string, readonly string[]])[]];

function toPage(reply: unknown): LogPage | undefined {
  if (reply === null) {
    return undefined;
  }
  const [state, entries] = reply as PageReply;
  return { entries: entries.map(([name, fields]) => toEntry(Number.parseInt(name, 10), fields)), state };
}

function toEntry(number: number, [, data = '', , event]: readonly string[]): LogEntry {
  return event === undefined ? { number, data } : { number, event, data };
}
