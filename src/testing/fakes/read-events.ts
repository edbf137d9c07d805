import { catchError, identity, map, type OperatorFunction, pipe, type SchedulerLike, throwError } from 'rxjs';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import { copyError } from '../../errors/copy-error.js';
import { parseResponseEvents } from '../../responses/parse-events.js';
import type { ResponseEvent } from '../../schemas/response-event.js';

/**
 * Reads the events of a reply as a client reads those of a server: it completes after the event that ends the response, and
 * fails as a client does for a response that failed or ends early. Events up to the cursor are dropped. Errors tell where to
 * take up a response that goes on in the background.
 */
export function readEvents(
  cursor: StreamCursor,
  scheduler: SchedulerLike,
): OperatorFunction<ResponseEvent, ResponseEvent> {
  return pipe(
    map((event) => ({ event: 'message', data: JSON.stringify(event), id: '' })),
    parseResponseEvents({ redact: identity, scheduler, cursor }),
    catchError((error: unknown) => {
      const { id: responseId, after } = cursor;
      return throwError(() =>
        responseId === undefined ? error : copyError(error, { retryable: false, responseId, after }),
      );
    }),
  );
}
