import type { MonoTypeOperatorFunction, Subscriber, Subscription } from 'rxjs';
import { DeadlineError } from '../errors/deadline-error.js';
import type { ApiError } from '../errors/api-error.js';
import { parseRateLimits } from '../errors/rate-limits.js';
import { toApiError } from '../errors/server-error.js';
import type { TransportEvent } from '../transport/transport.js';
import { maxTimer } from '../util/check.js';
import { operate, type Stage } from '../util/operate.js';
import { requireGlobal } from '../util/require-global.js';
import type { RequestScope } from './request-scope.js';
import type { Settings } from './settings.js';

/**
 * Passes 2xx answers through, and turns any other into an `ApiError` with the reason given in its body. The error is the
 * same class whether the body ends normally, reaches a limit or breaks off, since the status decides it. An answer whose
 * headers are late is a `DeadlineError`. The head is reported once.
 */
export function requireAnswer(settings: Settings, scope: RequestScope): MonoTypeOperatorFunction<TransportEvent> {
  // Without it nothing is sent, as the answer could not be read.
  requireGlobal('TextDecoder');
  return operate((destination, source) => new AnswerStage(destination, source, settings, scope));
}

/** The head of an exchange. */
type Head = Extract<TransportEvent, { type: 'head' }>;

class AnswerStage implements Stage<TransportEvent> {
  private readonly destination: Subscriber<TransportEvent>;
  private readonly source: Subscription;
  private readonly settings: Settings;
  private readonly scope: RequestScope;
  private begun = false;
  /** Waits for the headers, or for the end of an error body. */
  private timer: Subscription | undefined;
  private refusal: Refusal | undefined;

  constructor(destination: Subscriber<TransportEvent>, source: Subscription, settings: Settings, scope: RequestScope) {
    this.destination = destination;
    this.source = source;
    this.settings = settings;
    this.scope = scope;
  }

  next(event: TransportEvent): void {
    if (!this.begun) {
      this.begun = true;
      this.timer?.unsubscribe();
    }
    if (event.type === 'head') {
      this.readHead(event);
    } else if (this.refusal === undefined) {
      this.destination.next(event);
    } else if (!this.refusal.read(event.bytes)) {
      this.fail(this.refusal);
    }
  }

  error(reason: unknown): void {
    const { refusal } = this;
    // The error of a redirect explains why it was refused; any other says less than the status.
    if (refusal === undefined || (refusal.head.status >= 300 && refusal.head.status < 400)) {
      this.destination.error(reason);
    } else {
      this.fail(refusal);
    }
  }

  complete(): void {
    if (this.refusal === undefined) {
      this.destination.complete();
    } else {
      this.fail(this.refusal);
    }
  }

  subscribed(): void {
    const { headers } = this.settings.deadlines;
    if (!this.begun) {
      this.failAfter(headers, () => new DeadlineError('headers', headers));
    }
  }

  closed(): void {
    this.timer?.unsubscribe();
  }

  private readHead(head: Head): void {
    const { status, headers } = head;
    const { baseURL, deadlines, limits, onResponse, scheduler } = this.settings;
    const streamId = this.scope.onHead(headers, baseURL);
    if (onResponse !== undefined) {
      const rateLimits = parseRateLimits(headers, scheduler.now());
      onResponse({ status, headers, requestId: this.scope.requestId, streamId, rateLimits });
    }
    if (status >= 200 && status < 300) {
      if (streamId !== undefined) {
        this.scope.onStream(streamId);
      }
      this.destination.next(head);
      return;
    }
    const refusal = new Refusal(head, limits.errorBodyBytes);
    this.refusal = refusal;
    const until = this.scope.started + justBefore(Math.min(deadlines.firstChunk, deadlines.total));
    const time = Math.max(0, Math.min(deadlines.idle, until - scheduler.now()));
    this.failAfter(time, () => refusal.toError(scheduler.now(), this.scope.redact));
  }

  private failAfter(time: number, createError: () => Error): void {
    // A longer timer would fire at once.
    if (time <= maxTimer) {
      this.timer = this.settings.scheduler.schedule(() => {
        this.source.unsubscribe();
        this.destination.error(createError());
      }, time);
    }
  }

  private fail(refusal: Refusal): void {
    this.source.unsubscribe();
    this.destination.error(refusal.toError(this.settings.scheduler.now(), this.scope.redact));
  }
}

/**
 * When to stop reading an error body, so that the status, which decides about a retry, wins over a deadline of the whole
 * request. Well before it, since on a busy machine two timers that are close may fire in either order.
 */
function justBefore(deadline: number): number {
  return deadline - Math.max(1, Math.min(100, deadline / 10));
}

/** An answer with a status other than 2xx, whose body tells the reason. */
class Refusal {
  readonly head: Head;
  private room: number;
  private readonly decoder = new TextDecoder();
  private body = '';

  /** @param room The maximum number of bytes of the body to read. */
  constructor(head: Head, room: number) {
    this.head = head;
    this.room = room;
  }

  /** Reads a piece of the body, and returns whether more may be read. */
  read(bytes: Uint8Array): boolean {
    this.body += this.decoder.decode(bytes.subarray(0, this.room), { stream: true });
    this.room -= bytes.length;
    return this.room > 0;
  }

  /** @param now The `scheduler.now()`, to convert the time until which the server asks to wait. */
  toError(now: number, redact: (text: string) => string): ApiError {
    const { status, headers } = this.head;
    return toApiError({ status, headers, body: this.body, now, redact });
  }
}
