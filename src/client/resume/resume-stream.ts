import { catchError, defer, type Observable, retry, type SchedulerLike, tap, throwError, throwIfEmpty } from 'rxjs';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import type { Deadline } from '../../errors/deadline-error.js';
import { isLlmError, type LlmError } from '../../errors/llm-error.js';
import { createPause } from '../../operators/retry-with-backoff.js';
import type { ResumeConfig } from '../client-config.js';

/** A stream that its server keeps, so that it can be taken up where its connection broke. */
export interface ResumableStream<T> {
  /** How far the stream has been read. Each exchange moves it, and drops what comes again. */
  readonly cursor: StreamCursor;
  /** The exchange that begins the stream, or the first that takes it up. */
  readonly first: Observable<T>;
  /** Asks for what comes after the cursor. */
  readonly ask: (id: string, cursor: StreamCursor) => Observable<T>;
  /**
   * Finds out what became of a stream that ended early, and from which nothing new came. Empty if it is not finished.
   */
  readonly settle: (id: string) => Observable<T>;
}

/**
 * Emits each value of a stream once, however often its connection breaks: after a pause it asks for what comes after the
 * last value that was read.
 *
 * ```text
 * first:   -a-b-#
 * asked:          -c-d|
 * result:  -a-b----c-d|   a pause of 2
 * ```
 *
 * An error passes through unchanged if the server does not keep the stream, does not number it, or if a further attempt
 * would fail in the same way.
 *
 * @param config How to try again; `scheduler` is the clock of the pauses.
 * @param broken Holds the error of the first exchange, if that has ended already.
 */
export function resumeStream<T>(
  { cursor, first, ask, settle }: ResumableStream<T>,
  { count = 5, ...config }: ResumeConfig & { readonly scheduler: SchedulerLike },
  broken?: { readonly error: unknown },
): Observable<T> {
  const pause = createPause(config);
  return defer(() => {
    let begun = false;
    // What has no number would come twice.
    let numbered = cursor.unnumbered !== true;

    const exchange = (): Observable<T> => {
      const { id } = cursor;
      if (!begun && broken !== undefined) {
        begun = true;
        return throwError(() => broken.error);
      }
      const source = begun && id !== undefined ? ask(id, cursor) : first;
      begun = true;
      let last = cursor.after;
      let silent = true;
      const watched = source.pipe(
        tap(() => {
          numbered &&= cursor.after !== last;
          last = cursor.after;
          silent = false;
        }),
      );
      return id === undefined
        ? watched
        : watched.pipe(
            catchError((error: unknown) =>
              silent && isEarlyEnd(error) ? settle(id).pipe(throwIfEmpty(() => error)) : throwError(() => error),
            ),
          );
    };
    return defer(exchange).pipe(
      retry({
        count,
        resetOnSuccess: true,
        delay: (error: unknown, attempt) =>
          cursor.id !== undefined && cursor.over !== true && numbered && isResumable(error)
            ? pause(error, attempt)
            : throwError(() => error),
      }),
    );
  });
}

/** Whether the stream may go on after an error that ended an exchange. A refusal can only be that of a further exchange. */
function isResumable(error: unknown): boolean {
  if (!isLlmError(error) || !error.retryable) {
    return false;
  }
  const { kind, deadline, status } = error as LlmError & { readonly deadline?: Deadline; readonly status?: number };
  return (
    kind === 'connection' ||
    kind === 'truncated' ||
    deadline === 'headers' ||
    deadline === 'idle' ||
    status !== undefined
  );
}

function isEarlyEnd(error: unknown): boolean {
  return isLlmError(error) && error.kind === 'truncated';
}
