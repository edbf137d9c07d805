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

/** How the body of an error answer is read. */
export interface RequireOkConfig {
  /** Bytes of an error body that are read at most. */
  readonly errorBodyBytes: number;
  /** Milliseconds an error body is read at most; `Infinity` for as long as it takes. */
  readonly errorBodyTime: number;
  /** When reading it ends at the latest, as `scheduler.now()` tells the time; by default never. */
  readonly errorBodyUntil?: number;
  /** Takes secrets out of the error's text. */
  readonly redact: (text: string) => string;
  readonly scheduler?: SchedulerLike;
}

/**
 * Lets 2xx answers through; any other becomes an `ApiError`, made from what its body says. However that body ends, by
 * itself, cut at a limit or by a broken connection, the status decides the error.
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
          catchError((error: unknown) => ((refusal?.decides ?? false) ? EMPTY : throwError(() => error))),
        ),
        defer(() => {
          const error = refusal?.toError(scheduler.now());
          return error === undefined ? EMPTY : throwError(() => error);
        }),
      );
    });
}

/** A non-2xx answer while its body is read. */
interface Refusal {
  readonly add: (bytes: Uint8Array) => void;
  readonly isFull: () => boolean;
  /** Whether the status says more than an error that follows: not where that is the refusal of a redirect. */
  readonly decides: boolean;
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
    decides: status < 300 || status >= 400,
    toError: (now) => toApiError({ status, headers, body, now, redact }),
  };
}
