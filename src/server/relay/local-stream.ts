import { Subscription } from 'rxjs';
import type { LogEntry, LogPage, StreamLog } from '../stream-log.js';
import type { RelaySettings } from './relay-config.js';

/** A reader of a stream in the process of its writer. */
export interface LocalReader {
  /** Called when the log has taken further entries. */
  readonly onWritten: (page: LogPage) => void;
  /** Called when the writer has given up without an end in the log. */
  readonly onWriterLost: () => void;
}

/** After how many milliseconds of silence a writer asks the log whether to go on, at most. */
const renewal = 3000;
/** How long a reader may take from one read of the log to the next, in milliseconds. */
const betweenReads = 1000;

const streams = new WeakMap<StreamLog, Map<string, LocalStream>>();

/** Returns the streams that this process writes to a log, by their ids. */
export function localStreams(log: StreamLog): Map<string, LocalStream> {
  const known = streams.get(log) ?? new Map<string, LocalStream>();
  streams.set(log, known);
  return known;
}

/**
 * What the writer of a stream and its readers in the same process know of each other besides the log: who reads, what was
 * written, and when the writer is to ask the log whether somebody reads elsewhere or has stopped the stream.
 */
export class LocalStream {
  private readonly settings: Pick<RelaySettings, 'log' | 'detach' | 'scheduler'>;
  private readonly question: (detach: number) => void;
  private readonly readers = new Set<LocalReader>();
  private askedAt = 0;
  private leftAt: number | undefined;
  private timer = Subscription.EMPTY;
  /** Whether it has begun, and neither ended nor been given up. */
  isOpen = false;
  /** The number of the last entry in the log. */
  written = 0;
  /** Whether the writer has given up without an end in the log. */
  isLost = false;

  /** @param question Asks the log, with the `detach` of an append. */
  constructor(settings: LocalStream['settings'], question: (detach: number) => void) {
    this.settings = settings;
    this.question = question;
  }

  /** The `detach` of appends: a reader elsewhere does not wait at the log while it passes on what it has read. */
  get patience(): number {
    return Math.max(this.settings.detach, betweenReads);
  }

  /** Whether somebody reads here, or has left less than `detach` ago. */
  get isRead(): boolean {
    return this.readers.size > 0 || this.leftAt !== undefined;
  }

  /** Begins to ask, until the result is unsubscribed. */
  open(id: string): Subscription {
    const known = localStreams(this.settings.log);
    known.set(id, this);
    this.isOpen = true;
    this.askIfDue();
    return new Subscription(() => {
      // A log without leases cannot tell later readers that the writer is lost.
      if (!this.isLost || this.settings.log.lease !== undefined) {
        known.delete(id);
      }
      this.isOpen = false;
      this.timer.unsubscribe();
    });
  }

  enter(reader: LocalReader): void {
    this.readers.add(reader);
    this.leftAt = undefined;
  }

  leave(reader: LocalReader): void {
    if (this.readers.delete(reader) && this.readers.size === 0 && this.isOpen) {
      this.leftAt = this.settings.scheduler.now();
      this.askIfDue();
    }
  }

  /** Asks the log now. */
  ask(detach = this.patience): void {
    this.noteAppend();
    this.question(detach);
  }

  /** Each append asks, too. */
  noteAppend(): void {
    this.askedAt = this.settings.scheduler.now();
  }

  /** Passes on what the log has taken to those who have read all before it, and need not ask the log for it. */
  note(entries: readonly LogEntry[], isEnd: boolean): void {
    this.written = entries.at(-1)?.number ?? this.written;
    const page: LogPage = { entries, state: isEnd ? 'ended' : 'open' };
    this.readers.forEach((reader) => reader.onWritten(page));
  }

  lose(): void {
    this.isLost = true;
    this.isOpen = false;
    this.readers.forEach((reader) => reader.onWriterLost());
  }

  /** Asks when the last reader has been gone for `detach`, and after a silence. */
  private askIfDue(): void {
    const { log, detach: asked, scheduler } = this.settings;
    // A log without leases has no readers elsewhere.
    const detach = log.lease === undefined ? asked : this.patience;
    const now = scheduler.now();
    if (this.leftAt !== undefined && now - this.leftAt >= detach) {
      this.leftAt = undefined;
      this.ask(detach);
      // The clock of a computer can be set back.
    } else if (Math.abs(now - this.askedAt) >= this.period) {
      this.ask();
    }
    this.timer.unsubscribe();
    if (this.isOpen) {
      const due = Math.min(this.askedAt + this.period, (this.leftAt ?? Infinity) + detach);
      this.timer = scheduler.schedule(() => this.askIfDue(), Math.min(Math.max(due - now, 0), renewal));
    }
  }

  private get period(): number {
    const { lease = Infinity } = this.settings.log;
    return Math.min(renewal, lease / 3, this.readers.size > 0 ? Infinity : this.patience / 4);
  }
}
