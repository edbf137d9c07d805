import { catchError, identity, type MonoTypeOperatorFunction, type Observable, throwError } from 'rxjs';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import { copyError } from '../../errors/copy-error.js';
import { type DeadlineConfig, withDeadlines } from '../../operators/with-deadlines.js';
import type { RequestScope } from '../request-scope.js';
import type { Settings } from '../settings.js';
import { type ResumableStream, resumeStream } from './resume-stream.js';
import { stopWhenLeft, type StoppableStream } from './stop-when-left.js';

/**
 * Joins the exchanges of one stream, as the settings say, to what its subscriber gets.
 *
 * @param deadlines Those of all exchanges together, pauses included.
 */
export function followStream<T>(
  stream: ResumableStream<T> & StoppableStream<T>,
  deadlines: Pick<DeadlineConfig, 'firstChunk' | 'total'>,
  { resume, onUnsubscribe, scheduler }: Settings,
  scope: RequestScope,
): Observable<T> {
  return (resume === false ? stream.first : resumeStream(stream, { ...resume, scheduler })).pipe(
    withDeadlines({ ...deadlines, scheduler }),
    tellCursor(stream.cursor, scope),
    onUnsubscribe === 'stop' ? stopWhenLeft(stream, scheduler) : identity,
  );
}

/**
 * Adds to each error where to take up a stream that its server keeps. No such error is retryable: the work goes on, and a
 * new request would begin it again.
 */
function tellCursor<T>(cursor: StreamCursor, { redact }: RequestScope): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const { id, after } = cursor;
    return throwError(() =>
      id === undefined ? error : copyError(error, { retryable: false, responseId: redact(id), after }),
    );
  });
}
