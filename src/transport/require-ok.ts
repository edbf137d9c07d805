import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  Subject,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { ApiError } from '../errors/api-error.js';
import { toApiError } from '../errors/server-error.js';
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

/**
 * Passes 2xx answers through, and turns any other into an `ApiError` with the reason given in its body. The error is the
 * same class whether the body ends normally, reaches a limit or breaks off, since the status decides it.
 */
export function requireOk(config: RequireOkConfig): MonoTypeOperatorFunction<TransportEvent> {
  const { errorBodyTime, errorBodyUntil = Infinity, scheduler = asyncScheduler } = config;
  return (source) =>
    defer(() => {
      const refused = new Subject<void>();
      let refusal: Refusal | undefined;
      const tooLong = refused.pipe(
        switchMap(() => {
          const time = Math.max(0, Math.min(errorBodyTime, errorBodyUntil - scheduler.now()));
          return Number.isFinite(time) ? timer(time, scheduler) : EMPTY;
        }),
      );
      return concat(
        source.pipe(
          tap((event) => {
            if (event.type === 'data') {
              refusal?.add(event.bytes);
            } else if (event.status < 200 || event.status >= 300) {
              refusal = createRefusal(event, config);
              refused.next();
            }
          }),
          takeWhile(() => refusal?.isFull() !== true),
          takeUntil(tooLong),
          filter(() => refusal === undefined),
          catchError((error: unknown) => ((refusal?.outranksErrors ?? false) ? EMPTY : throwError(() => error))),
        ),
        defer(() => {
          const error = refusal?.toError(scheduler.now());
          return error === undefined ? EMPTY : throwError(() => error);
        }),
      );
    });
}

/** A non-2xx answer whose body is being read. */
interface Refusal {
  readonly add: (bytes: Uint8Array) => void;
  readonly isFull: () => boolean;
  /** Whether the status outranks an error of the body. Not for a redirect, where that error explains the refusal. */
  readonly outranksErrors: boolean;
  readonly toError: (now: number) => ApiError;
}

function createRefusal(
  { status, headers }: Extract<TransportEvent, { type: 'head' }>,
  { errorBodyBytes, redact }: RequireOkConfig,
): Refusal {
  const decoder = new TextDecoder();
  let body = '';
  let room = errorBodyBytes;
  return {
    add: (bytes) => {
      body += decoder.decode(bytes.subarray(0, room), { stream: true });
      room -= bytes.length;
    },
    isFull: () => room <= 0,
    outranksErrors: status < 300 || status >= 400,
    toError: (now) => toApiError({ status, headers, body, now, redact }),
  };
}
