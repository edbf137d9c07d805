import { fromEvent, Subscription } from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import { toErrorEvent } from '../error-event.js';
import { askLog } from './ask-log.js';
import { joinWaiting } from './join-waiting.js';
import type { LogEntry, LogPage } from '../stream-log.js';
import type { RelaySettings } from './relay-config.js';
import { streamErrors } from './stream-errors.js';
import { type LocalReader, type LocalStream, localStreams } from './local-stream.js';
import type { StreamKey } from './write-stream.js';

/** What is read of a stream. */
export interface ReadPlace extends StreamKey {
  /** The number after which it begins. */
  readonly after: number;
  /** What the log has after it, if that was read already. */
  readonly page?: LogPage;
  /** Whether its events have names, which those of a response have and chunks have not. */
  readonly isNamed: boolean;
  /** Aborted when the reader leaves. */
  readonly signal: AbortSignal;
}

/** What a reader needs of a relay's settings. */
type ReaderSettings = Pick<RelaySettings, 'log' | 'heartbeat' | 'scheduler' | 'limits'>;

/** After how many milliseconds a reader that takes nothing tells the log that it is still there. */
const presence = 500;

/**
 * Creates the body of an answer: the entries of a stream after a number, then those that come. It is read from the log as fast
 * as it is taken, and one page of the log is kept at most. Where many entries wait they are joined.
 *
 * A reader that takes nothing is still one to the log. After `limits.readerStall` the body errors, so that the connection is
 * broken off, and the reader may resume the stream.
 */
export function streamBody(cursor: ReadPlace, settings: ReaderSettings): ReadableStream<Uint8Array> {
  let reader: StreamReader;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        reader = new StreamReader(controller, cursor, settings);
      },
      pull: () => reader.read(),
      cancel: () => reader.leave(),
    },
    { highWaterMark: 0 },
  );
}

class StreamReader implements LocalReader {
  private readonly controller: ReadableStreamDefaultController<Uint8Array>;
  private readonly cursor: ReadPlace;
  private readonly settings: ReaderSettings;
  private readonly encoder = new TextEncoder();
  /** The stream, if its writer is in this process. */
  private readonly local: LocalStream | undefined;
  private readonly signal: Subscription;
  private page: LogPage | undefined;
  private last: number;
  private isNamed: boolean;
  /** The read of the log. */
  private reading = Subscription.EMPTY;
  private isReading = false;
  private hasLeft = false;
  /** When the body last had what nobody has taken yet. */
  private offeredAt: number;
  private timer: Subscription | undefined;
  /** Waits at the log, in place of a read. */
  private waiting: Subscription | undefined;

  constructor(controller: ReadableStreamDefaultController<Uint8Array>, cursor: ReadPlace, settings: ReaderSettings) {
    this.controller = controller;
    this.cursor = cursor;
    this.settings = settings;
    this.page = cursor.page;
    this.last = cursor.after;
    this.isNamed = cursor.isNamed;
    this.local = localStreams(settings.log).get(cursor.id);
    this.local?.enter(this);
    this.offeredAt = settings.scheduler.now();
    // Not every runtime cancels a body when its reader leaves, which may be before there is one.
    this.signal = fromEvent(cursor.signal, 'abort').subscribe(() => this.end());
    this.watch();
    if (cursor.signal.aborted) {
      this.end();
    }
  }

  read(): void {
    if (this.isReading || this.hasLeft) {
      return;
    }
    this.isReading = true;
    this.waiting?.unsubscribe();
    this.waiting = undefined;
    const { page } = this;
    if (page === undefined) {
      this.readLog();
    } else {
      this.page = undefined;
      this.give(page);
    }
  }

  leave(): void {
    if (!this.hasLeft) {
      this.hasLeft = true;
      this.page = undefined;
      for (const subscription of [this.reading, this.waiting, this.timer, this.signal]) {
        subscription?.unsubscribe();
      }
      this.local?.leave(this);
    }
  }

  onWriterLost(): void {
    if (this.isReading) {
      this.reading.unsubscribe();
      this.readLog();
    }
  }

  private readLog(): void {
    const { id, owner } = this.cursor;
    const { log, heartbeat } = this.settings;
    const wait = this.local?.isLost === true ? 0 : heartbeat;
    this.reading = askLog(() => log.read(id, owner, this.last, wait), {
      next: (page) => this.give(page),
      error: () => {
        this.offer(this.errorText('log_unavailable'));
        this.end();
      },
    });
  }

  private give(page: LogPage | undefined): void {
    const { entries, state } = page ?? { entries: [], state: 'lost' };
    this.isNamed ||= entries[0]?.event !== undefined;
    this.last = entries.at(-1)?.number ?? this.last;
    const isLost = state === 'lost' || (state === 'open' && entries.length === 0 && this.local?.isLost === true);
    const text = textOf({ entries }) + (isLost ? this.errorText('producer_lost') : '');
    if (text !== '' || state === 'open') {
      this.offer(text || ':\n\n');
    }
    if (state !== 'open' || isLost) {
      this.end();
    }
  }

  private offer(text: string): void {
    this.isReading = false;
    this.offeredAt = this.settings.scheduler.now();
    this.watch();
    this.controller.enqueue(this.encoder.encode(text));
  }

  private end(): void {
    if (!this.hasLeft) {
      this.leave();
      this.controller.close();
    }
  }

  private errorText(code: keyof typeof streamErrors): string {
    return formatEvent(toErrorEvent(streamErrors[code], this.isNamed ? 'responses' : 'chat'));
  }

  /** There is one timer, however often the body is taken. */
  private watch(): void {
    const { scheduler, limits } = this.settings;
    if (this.timer?.closed !== false) {
      const idle = scheduler.now() - this.offeredAt;
      const due = this.local === undefined && this.waiting === undefined ? presence : limits.readerStall;
      this.timer = scheduler.schedule(
        () => {
          this.timer?.unsubscribe();
          this.check();
        },
        Math.max(0, Math.min(due, limits.readerStall) - idle),
      );
    }
  }

  private check(): void {
    const { id, owner } = this.cursor;
    const { log, scheduler, limits } = this.settings;
    if (this.isReading || this.hasLeft) {
      return;
    }
    const left = limits.readerStall - (scheduler.now() - this.offeredAt);
    if (left <= 0) {
      this.leave();
      this.controller.error(new Error('The reader took nothing for too long'));
      return;
    }
    if (this.local === undefined && limits.readerStall - left >= presence) {
      this.waiting ??= askLog(() => log.read(id, owner, Number.MAX_SAFE_INTEGER, left), {
        next: () => undefined,
        error: () => undefined,
      });
    }
    this.watch();
  }
}

/** How many entries, or characters of one or more, wait only for a reader that is behind. */
const manyEntries = 64;
const muchText = 2 ** 15;

function textOf({ entries }: Pick<LogPage, 'entries'>): string {
  return (isBehind(entries) ? joinWaiting(entries) : entries)
    .map(({ number, event, data }) => formatEvent({ event, data, id: String(number) }))
    .join('');
}

function isBehind(entries: readonly LogEntry[]): boolean {
  return entries.length >= manyEntries || entries.reduce((size, { data }) => size + data.length, 0) >= muchText;
}
