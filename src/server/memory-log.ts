import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import { checkConfig, checkCount, checkDuration, checkScheduler } from '../util/check.js';
import { Queue } from '../util/queue.js';
import type { AppendOptions, AppendResult, LogEntry, LogPage, StreamLog } from './stream-log.js';

/** Configuration of {@link memoryLog}. */
export interface MemoryLogConfig {
  /** How long a stream is kept after its end, in milliseconds. Default 10 minutes. */
  readonly ttl?: number | undefined;
  /** How much a stream may hold, in bytes. Default 16 MiB. */
  readonly bytes?: number | undefined;
  /** How much all streams together may hold, in bytes. Default 256 MiB. */
  readonly totalBytes?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

const mebibyte = 2 ** 20;
/** What the last append of a stream may exceed the limits by, so that there is room to say why the stream ended. */
const endRoom = 1024;
/** The most that a reader is given at once, unless a single entry is larger. */
const maxPageEntries = 256;
const maxPageBytes = 2 ** 16;

/**
 * Creates a log that keeps streams in the memory of this process, and loses them with it.
 *
 * A stream that has ended is dropped `ttl` milliseconds later, or earlier if its room is needed: those that ended first go
 * first. If no ended stream is left, appends are refused as `full`. The last append of a stream may exceed the limits by 1 KiB.
 *
 * What counts is the memory of the data and of the names of events: a byte per character, or two in texts that are not Latin-1.
 * Each event takes some 60 bytes more. Streams expire when the log is used, so no timer keeps the process alive; the only
 * timers are those of reads that wait.
 *
 * @throws TypeError if `ttl` is negative or not finite, or a limit is not a whole number of 1 or more, or Infinity.
 */
export function memoryLog(config: MemoryLogConfig = {}): StreamLog {
  checkConfig('memoryLog', config, ['ttl', 'bytes', 'totalBytes', 'scheduler']);
  const { ttl = 600_000, bytes = 16 * mebibyte, totalBytes = 256 * mebibyte, scheduler = asyncScheduler } = config;
  checkCount('bytes', bytes, 1);
  checkCount('totalBytes', totalBytes, 1);
  checkScheduler(scheduler);
  const streams = new Streams(checkDuration('ttl', ttl), bytes, totalBytes);
  return {
    append: (id, owner, entries, options) =>
      new Observable((subscriber) => {
        subscriber.next(streams.append(id, owner, entries, options, scheduler.now()));
        subscriber.complete();
      }),
    read: (id, owner, after, wait) =>
      new Observable((subscriber) => {
        const stream = streams.find(id, owner, scheduler.now());
        const emit = (): void => {
          subscriber.next(stream?.pageAfter(after));
          subscriber.complete();
        };
        if (stream === undefined) {
          emit();
          return;
        }
        stream.readAt = scheduler.now();
        if (wait <= 0 || stream.hasPageAfter(after)) {
          emit();
          return;
        }
        const reader = { after, emit };
        stream.waiting.add(reader);
        subscriber.add(() => {
          stream.waiting.delete(reader);
          stream.readAt = scheduler.now();
        });
        subscriber.add(scheduler.schedule(emit, wait));
      }),
    stop: (id, owner) =>
      new Observable((subscriber) => {
        subscriber.next(streams.stop(id, owner, scheduler.now()));
        subscriber.complete();
      }),
  };
}

/** A read that waits for entries after a number. */
interface WaitingReader {
  readonly after: number;
  readonly emit: () => void;
}

/** One stream of a log. */
class MemoryStream {
  readonly id: string;
  readonly owner: string;
  readonly entries: LogEntry[] = [];
  readonly waiting = new Set<WaitingReader>();
  size = 0;
  isStopped = false;
  endedAt: number | undefined;
  /** When a read last came or stopped waiting; at first, when the stream was created. */
  readAt: number;

  constructor(id: string, owner: string, now: number) {
    this.id = id;
    this.owner = owner;
    this.readAt = now;
  }

  /** Whether there was a reader in the last `detach` milliseconds. */
  isRead(detach: number, now: number): boolean {
    return this.waiting.size > 0 || now - this.readAt < detach;
  }

  hasPageAfter(after: number): boolean {
    return after < this.entries.length || this.endedAt !== undefined;
  }

  pageAfter(after: number): LogPage {
    const found = this.entries.slice(after, after + maxPageEntries);
    let size = 0;
    const excess = found.findIndex(({ data }, place) => (size += data.length) > maxPageBytes && place > 0);
    const entries = excess > 0 ? found.slice(0, excess) : found;
    const isLast = this.endedAt !== undefined && after + entries.length >= this.entries.length;
    return { entries, state: isLast ? 'ended' : 'open' };
  }

  /** Gives their page to the reads that waited for what has come. */
  wake(): void {
    for (const reader of this.waiting) {
      if (this.hasPageAfter(reader.after)) {
        reader.emit();
      }
    }
  }
}

/** The streams of a log, and the room that they take. */
class Streams {
  private readonly ttl: number;
  private readonly bytes: number;
  private readonly totalBytes: number;
  private readonly byId = new Map<string, MemoryStream>();
  /** In the order of their ends, in which they expire and make room. */
  private readonly ended = new Queue<MemoryStream>();
  private size = 0;

  constructor(ttl: number, bytes: number, totalBytes: number) {
    this.ttl = ttl;
    this.bytes = bytes;
    this.totalBytes = totalBytes;
  }

  /** Returns the stream of an owner; `undefined` if there is none. */
  find(id: string, owner: string, now: number): MemoryStream | undefined {
    this.expire(now);
    const stream = this.byId.get(id);
    return stream?.owner === owner ? stream : undefined;
  }

  append(
    id: string,
    owner: string,
    entries: readonly LogEntry[],
    { end = false, detach }: AppendOptions,
    now: number,
  ): AppendResult {
    this.expire(now);
    const known = this.byId.get(id);
    const stream = known ?? new MemoryStream(id, owner, now);
    const present = stream.entries.length + 1 - (entries[0]?.number ?? 1);
    const added = entries.slice(Math.max(present, 0));
    const isLate = added.length > 0 && stream.endedAt !== undefined;
    if (stream.owner !== owner || present < 0 || isLate) {
      return 'lost';
    }
    if (stream.isStopped && !end) {
      return 'stopped';
    }
    const size = sizeOf(added);
    const excess = end && known !== undefined ? endRoom : 0;
    if (stream.size + size > this.bytes + excess || !this.makeRoom(known ? size : Math.max(size, 1), excess)) {
      return 'full';
    }
    // A stream without a reader is not detached before one could come.
    const isRead = known === undefined || stream.isRead(detach, now);
    this.byId.set(id, stream);
    this.add(stream, added, size);
    if (end && stream.endedAt === undefined) {
      stream.endedAt = now;
      this.ended.push(stream);
    }
    stream.wake();
    return isRead ? 'ok' : 'detached';
  }

  stop(id: string, owner: string, now: number): boolean {
    const stream = this.find(id, owner, now);
    if (stream !== undefined) {
      stream.isStopped = true;
    }
    return stream !== undefined;
  }

  private add(stream: MemoryStream, entries: readonly LogEntry[], size: number): void {
    for (const entry of entries) {
      stream.entries.push(entry);
    }
    stream.size += size;
    this.size += size;
  }

  private expire(now: number): void {
    while (now - (this.ended.first?.endedAt ?? Infinity) >= this.ttl) {
      this.dropOldest();
    }
  }

  private makeRoom(size: number, excess: number): boolean {
    while (this.size + size > this.totalBytes && this.ended.size > 0) {
      this.dropOldest();
    }
    return this.size + size <= this.totalBytes + excess;
  }

  private dropOldest(): void {
    const stream = this.ended.shift();
    if (stream !== undefined) {
      this.byId.delete(stream.id);
      this.size -= stream.size;
    }
  }
}

/** The memory of entries in bytes, which for a text depends on whether all of it is Latin-1. */
function sizeOf(entries: readonly LogEntry[]): number {
  return entries.reduce(
    (size, { event = '', data }) => size + event.length + data.length * (/[^\0-\xff]/.test(data) ? 2 : 1),
    0,
  );
}
