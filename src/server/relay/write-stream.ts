import { type OperatorFunction, type Subscriber, type Subscription } from 'rxjs';
import { operate, type Stage } from '../../util/operate.js';
import { type StreamForm, toErrorEvent } from '../error-event.js';
import { tellOperator } from '../tell-operator.js';
import type { AppendResult, LogEntry } from '../stream-log.js';
import { askLog } from './ask-log.js';
import { begun, type RelayedEvent } from './ask-upstream.js';
import { LocalStream } from './local-stream.js';
import { Refusal } from './refusal.js';
import type { RelaySettings } from './relay-config.js';
import { streamErrors } from './stream-errors.js';

/** Which stream is written. */
export interface StreamKey {
  readonly id: string;
  readonly owner: string;
}

/** What a writer needs of a relay's settings. */
type WriterSettings = Pick<RelaySettings, 'log' | 'detach' | 'scheduler'>;

/** From how many characters on events do not wait for others that come at the same time. */
const maxBatch = 2 ** 16;
/** How many characters may wait for the log: as many as a log keeps of a stream by default. */
const maxPending = 2 ** 24;

/**
 * Writes a stream to the log, from `begun` on; emits once the log has the stream, and completes once the work is over.
 *
 * One append follows the other. Events that come at the same time, or during an append, are appended together. When the stream
 * is stopped, nobody reads it, or the log is full, the source is unsubscribed, and the last event says why; more than 16 Mi
 * characters that wait for a slow log make it full, too. If an append fails, it is tried once more, and the stream ends. A
 * writer that has lost its stream writes nothing more.
 *
 * Errors if the source does so before `begun`, and with a `Refusal` if the log does not take the stream.
 */
export function writeStream(
  key: StreamKey,
  form: StreamForm,
  settings: WriterSettings,
): OperatorFunction<RelayedEvent | typeof begun, void> {
  return operate((destination, source) => new StreamWriter(destination, source, key, form, settings));
}

class StreamWriter implements Stage<RelayedEvent | typeof begun> {
  private readonly destination: Subscriber<void>;
  private readonly source: Subscription;
  private readonly key: StreamKey;
  private readonly form: StreamForm;
  private readonly settings: WriterSettings;
  private readonly local: LocalStream;
  /** The number of the last event. */
  private number = 0;
  private pending: LogEntry[] = [];
  private pendingSize = 0;
  private hasBegun = false;
  private isAppending = false;
  /** When events were last written. */
  private flushedAt: number | undefined;
  private isPausing = false;
  private isEnding = false;
  /** Whether the last event says why there are no more. */
  private isCutShort = false;
  private hasFailed = false;
  /** The `detach` to ask the log with, if it is to be asked. */
  private question: number | undefined;

  constructor(
    destination: Subscriber<void>,
    source: Subscription,
    key: StreamKey,
    form: StreamForm,
    settings: WriterSettings,
  ) {
    this.destination = destination;
    this.source = source;
    this.key = key;
    this.form = form;
    this.settings = settings;
    this.local = new LocalStream(settings, (detach) => {
      this.question = Math.min(detach, this.question ?? Infinity);
      this.flush();
    });
  }

  next(event: RelayedEvent | typeof begun): void {
    if (event === begun) {
      this.append([]);
      return;
    }
    this.add(event);
    if (this.pendingSize > maxPending) {
      this.endWith('log_full', 0);
    } else if (this.pendingSize > maxBatch) {
      this.flush();
    } else {
      this.flushSoon();
    }
  }

  complete(): void {
    this.isEnding = true;
    this.flush();
  }

  private add({ event, data }: RelayedEvent): void {
    const number = ++this.number;
    this.pending.push(event === undefined ? { number, data } : { number, event, data });
    this.pendingSize += data.length;
  }

  /**
   * The first event of a millisecond is written at once, and the others together a millisecond later, also to the socket of a
   * reader. Events that come one by one need no timer.
   */
  private flushSoon(): void {
    if (this.isPausing) {
      return;
    }
    const { scheduler } = this.settings;
    const now = scheduler.now();
    if (now !== this.flushedAt) {
      this.flushedAt = now;
      this.flush();
    } else {
      this.isPausing = true;
      scheduler.schedule(() => {
        this.isPausing = false;
        this.flushedAt = scheduler.now();
        this.flush();
      });
    }
  }

  private flush(): void {
    if (this.isAppending || !this.hasBegun || this.destination.closed) {
      return;
    }
    if (this.pending.length > 0 || this.isEnding || this.question !== undefined) {
      const { pending, question } = this;
      this.pending = [];
      this.pendingSize = 0;
      this.question = undefined;
      this.append(pending, question);
    }
  }

  private append(entries: readonly LogEntry[], detach = this.local.patience): void {
    const { id, owner } = this.key;
    const { log } = this.settings;
    const end = this.isEnding && this.hasBegun;
    this.isAppending = true;
    this.local.noteAppend();
    const appending = askLog(() => log.append(id, owner, entries, { end, detach }), {
      next: (result) => {
        this.isAppending = false;
        this.settle(result, entries, end);
      },
      error: (error) => {
        this.isAppending = false;
        tellOperator(error);
        this.appendAgain(entries);
      },
    });
    this.destination.add(appending);
  }

  private settle(result: AppendResult, entries: readonly LogEntry[], end: boolean): void {
    if (!this.hasBegun) {
      this.begin(result);
    } else if (result === 'lost' || (result === 'full' && end && this.isCutShort)) {
      this.lose();
    } else if (result === 'full' || result === 'stopped') {
      this.endWith(result === 'full' ? 'log_full' : 'stopped', entries.length);
    } else {
      this.local.note(entries, end);
      this.goOn(result, end);
    }
  }

  private goOn(result: AppendResult, end: boolean): void {
    if (end) {
      this.destination.complete();
    } else if (result === 'detached' && !this.isEnding && !this.local.isRead) {
      this.endWith('detached', 0);
    } else {
      this.flush();
    }
  }

  private begin(result: AppendResult): void {
    if (result !== 'ok') {
      const told = { kind: 'overloaded', code: 'log_full' } as const;
      this.destination.error(new Refusal(503, 'There is no room for another stream', told));
      return;
    }
    this.hasBegun = true;
    this.destination.add(this.local.open(this.key.id));
    this.destination.next();
    this.flush();
  }

  /** Ends the stream with an error, in place of entries that are not in the log. */
  private endWith(code: keyof typeof streamErrors, unwritten: number): void {
    this.source.unsubscribe();
    this.number -= unwritten + this.pending.length;
    this.pending = [];
    this.pendingSize = 0;
    this.isEnding = true;
    this.isCutShort = true;
    this.add(toErrorEvent(streamErrors[code], this.form));
    this.flush();
  }

  /** Whether the log has the entries is not known, so they are sent again. */
  private appendAgain(entries: readonly LogEntry[]): void {
    if (!this.hasBegun) {
      this.destination.error(new Refusal(503, streamErrors.log_unavailable.message, streamErrors.log_unavailable));
    } else if (this.hasFailed) {
      this.lose();
    } else {
      this.hasFailed = true;
      this.source.unsubscribe();
      if (!this.isEnding) {
        this.isEnding = true;
        this.number -= this.pending.length;
        this.pending = [];
        this.add(toErrorEvent(streamErrors.log_unavailable, this.form));
      }
      this.append([...entries, ...this.pending.splice(0)]);
    }
  }

  private lose(): void {
    this.source.unsubscribe();
    this.local.lose();
    this.destination.complete();
  }
}
