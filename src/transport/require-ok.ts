import { asyncScheduler, type MonoTypeOperatorFunction, type SchedulerLike, timer } from 'rxjs';
import { toApiError } from '../errors/server-error.js';
import { operate } from '../util/operate.js';
import { requireGlobal } from '../util/require-global.js';
import type { TransportEvent } from './transport.js';

/** Limits for reading the body of an error answer. */
interface RequireOkConfig {
  /** Maximum number of bytes to read. */
  readonly errorBodyBytes: number;
  /** Maximum number of milliseconds to read for; `Infinity` for no limit. */
  readonly errorBodyTime: number;
  /** The `scheduler.now()` at which to stop reading; by default never. */
  readonly errorBodyUntil?: number;
  /** Removes secrets from the error's text. */
  readonly redact: (text: string) => string;
  readonly scheduler?: SchedulerLike;
}

type ErrorAnswer = Extract<TransportEvent, { type: 'head' }>;

/**
 * Passes 2xx answers through, and turns any other into an `ApiError` with the reason given in its body. The error is the
 * same class whether the body ends normally, reaches a limit or breaks off, since the status decides it.
 */
export function requireOk(config: RequireOkConfig): MonoTypeOperatorFunction<TransportEvent> {
  const { errorBodyBytes, errorBodyTime, errorBodyUntil = Infinity, redact, scheduler = asyncScheduler } = config;
  return operate<TransportEvent, TransportEvent>((destination, source) => {
    const Decoder = requireGlobal('TextDecoder');
    const decoder = new Decoder();
    let answer: ErrorAnswer | undefined;
    let body = '';
    let room = errorBodyBytes;

    const fail = ({ status, headers }: ErrorAnswer): void => {
      source.unsubscribe();
      destination.error(toApiError({ status, headers, body, now: scheduler.now(), redact }));
    };
    return {
      next(event) {
        if (event.type === 'head' && (event.status < 200 || event.status >= 300)) {
          answer = event;
          const time = Math.max(0, Math.min(errorBodyTime, errorBodyUntil - scheduler.now()));
          if (Number.isFinite(time)) {
            destination.add(timer(time, scheduler).subscribe(() => fail(event)));
          }
        } else if (answer === undefined) {
          destination.next(event);
        } else if (event.type === 'data') {
          body += decoder.decode(event.bytes.subarray(0, room), { stream: true });
          room -= event.bytes.length;
          if (room <= 0) {
            fail(answer);
          }
        }
      },
      error(reason) {
        // The error of a redirect explains why it was refused; any other says less than the status.
        if (answer === undefined || (answer.status >= 300 && answer.status < 400)) {
          destination.error(reason);
        } else {
          fail(answer);
        }
      },
      complete() {
        if (answer === undefined) {
          destination.complete();
        } else {
          fail(answer);
        }
      },
    };
  });
}
