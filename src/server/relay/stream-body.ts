import { fromEvent, Subscription } from 'rxjs';
import { askLog } from './ask-log.js';
import type { LogPage } from '../stream-log.js';
import type { RelaySettings } from './relay-config.js';
import { type LocalReader, type LocalStream, localStreams } from './local-stream.js';
import { errorText, pageText } from './page-text.js';
import type { ReadPlace } from './read-place.js';

/** What a reader needs of a relay's settings. */
type ReaderSettings = Pick<RelaySettings, 'log' | 'heartbeat' | 'scheduler' | 'limits'>;

/** After how many milliseconds a reader that takes nothing tells the log that it is still there. */
const presence = 500;

/**
 * Creates the body of an answer: the entries of a stream after a number, then those that come. It is read from the log as fast
 * as it is taken, and one page of the log is kept at most. Where many entries wait they are joined. A reader that has read all
 * gets what follows from the writer, if that is in this process.
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
  /** Whether all of the log was read, and the writer in this process is to bring what follows. */
  private isWaiting = false;
  private hasLeft = false;
  /** When the body last had what nobody has taken yet. */
  private offeredAt: number;
  private timer: Subscription | undefined;
  /** When the timer is to fire. */
  private due = 0;
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

  onWritten({ entries, state }: LogPage): void {
    const unread = entries.filter(({ number }) => number > this.last);
    if (!this.isWaiting || (unread.length === 0 && state === 'open')) {
      return;
    }
    this.isWaiting = false;
    if ((unread[0]?.number ?? this.last + 1) === this.last + 1) {
      this.give({ entries: unread, state });
    } else {
      this.readLog();
    }
  }

  onWriterLost(): void {
    if (this.isReading) {
      this.isWaiting = false;
      this.reading.unsubscribe();
      this.ask(0);
    }
  }

  /** Reads what the log has, unless all of it was read and the writer in this process is to bring what follows. */
  private readLog(): void {
    const { local } = this;
    if (local?.isOpen !== true) {
      this.ask(local?.isLost === true ? 0 : this.settings.heartbeat);
    } else if (local.written > this.last) {
      this.ask(0);
    } else {
      this.isWaiting = true;
      this.watch();
    }
  }

  private ask(wait: number): void {
    const { id, owner } = this.cursor;
    this.reading = askLog(() => this.settings.log.read(id, owner, this.last, wait), {
      next: (page) => {
        if (wait === 0 && page?.state === 'open' && page.entries.length === 0 && this.local?.isOpen === true) {
          // The log is behind its writer.
          this.ask(this.settings.heartbeat);
        } else {
          this.give(page);
        }
      },
      error: () => {
        this.offer(errorText('log_unavailable', this.isNamed));
        this.end();
      },
    });
  }

  private give(page: LogPage | undefined): void {
    const { entries, state } = page ?? { entries: [], state: 'lost' };
    this.isNamed ||= entries[0]?.event !== undefined;
    this.last = entries.at(-1)?.number ?? this.last;
    const isLost = state === 'lost' || (state === 'open' && entries.length === 0 && this.local?.isLost === true);
    const text = pageText(entries) + (isLost ? errorText('producer_lost', this.isNamed) : '');
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

  /** There is one timer, however often the body is taken. */
  private watch(): void {
    const { scheduler } = this.settings;
    const due = this.offeredAt + this.patience;
    if (this.timer?.closed === false && this.due <= due) {
      return;
    }
    this.timer?.unsubscribe();
    this.due = due;
    this.timer = scheduler.schedule(
      () => {
        this.timer?.unsubscribe();
        this.check(scheduler.now() - this.offeredAt);
      },
      Math.max(0, due - scheduler.now()),
    );
  }

  /** After how many milliseconds without an offer there is something to do. */
  private get patience(): number {
    const { heartbeat, limits } = this.settings;
    if (this.isWaiting) {
      return heartbeat;
    }
    if (this.local === undefined && this.waiting === undefined) {
      return Math.min(presence, limits.readerStall);
    }
    return limits.readerStall;
  }

  private check(idle: number): void {
    const { id, owner } = this.cursor;
    const { log, heartbeat, limits } = this.settings;
    if (this.hasLeft || (this.isReading && !this.isWaiting)) {
      return;
    }
    if (this.isWaiting && idle >= heartbeat) {
      this.isWaiting = false;
      this.offer(':\n\n');
      return;
    }
    const left = limits.readerStall - idle;
    if (left <= 0 && !this.isWaiting) {
      this.leave();
      this.controller.error(new Error('The reader took nothing for too long'));
      return;
    }
    if (this.local === undefined && idle >= presence) {
      this.waiting ??= askLog(() => log.read(id, owner, Number.MAX_SAFE_INTEGER, left), {
        next: () => undefined,
        error: () => undefined,
      });
    }
    this.watch();
  }
}
