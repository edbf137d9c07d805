import { EMPTY, mergeMap, type Observable, of } from 'rxjs';
import type { ProvenChunk } from '../answers/event-data.js';
import type { StreamCursor } from '../answers/stream-cursor.js';
import { createLane } from '../lane/lane.js';
import { isResponse, toEnding } from '../responses/ending.js';
import { parseResponseEvents } from '../responses/parse-events.js';
import { readUnmendedDelta } from '../responses/read-event.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import { inContext } from '../transport/async-context.js';
import type { TransportRequest } from '../transport/transport.js';
import { perSubscription } from '../util/operate.js';
import { cancelResponse, responsePath, retrieveResponse } from './fetch-response.js';
import { onFlatStack } from './on-flat-stack.js';
import { type StreamReading, toStreamRequest } from './read-stream.js';
import { RequestScope } from './request-scope.js';
import { followStream } from './resume/follow-stream.js';
import type { Keeper } from './resume/keeper.js';
import type { Settings } from './settings.js';

/**
 * Creates the cold Observable of a new response's events. A background response, and one that a relay keeps, is resumed where its
 * connection breaks.
 */
export function streamResponse(request: ResponseRequest, settings: Settings): Observable<ResponseEvent> {
  const body = { ...request, stream: true };
  const begin = toStreamRequest({ operation: 'responses', method: 'POST', path: '/responses', body }, settings);
  return followResponse({ id: undefined, after: undefined }, settings, begin);
}

/** Creates the cold Observable of the events of a response that was begun before: all, or those after a number. */
export function resumeResponse(from: Readonly<StreamCursor>, settings: Settings): Observable<ResponseEvent> {
  return followResponse(from, settings);
}

/** Joins the exchanges of one response. */
function followResponse(
  from: Readonly<StreamCursor>,
  settings: Settings,
  begin?: TransportRequest,
): Observable<ResponseEvent> {
  return perSubscription(() => {
    const cursor = { ...from };
    const scope = new RequestScope(settings, cursor);
    const reading = readingOf(cursor, settings);
    const keeper: Keeper<ResponseEvent> = {
      ask: askAfter,
      settle: (id, own) =>
        // It is a single answer, which may go silent: no other deadline would end it.
        retrieveResponse(id, { ...own, deadlines: settings.deadlines }).pipe(
          inContext(scope.run),
          mergeMap((response) => {
            const document = toEnding(response);
            return document === undefined
              ? EMPTY
              : of({ event: 'message', data: '', id: '', documents: [document] }).pipe(reading.parse(scope.redact));
          }),
        ),
      stop: cancelResponse,
    };
    return followStream({ ...(begin && { begin }), reading, keeper }, settings, scope);
  }).pipe(onFlatStack());
}

function readingOf(
  cursor: StreamCursor,
  { scheduler }: Settings,
): StreamReading<ResponseEvent, ProvenChunk<ResponseEvent>> {
  return {
    isWhole: isResponse,
    createShortcut: () => createLane(readUnmendedDelta),
    parse: (redact) => parseResponseEvents({ redact, scheduler, cursor }),
    createCheck: () => ({ isActive: () => true }),
  };
}

function askAfter(id: string, after: number | undefined, settings: Settings): TransportRequest {
  const parameters = { stream: 'true', ...(after === undefined ? {} : { starting_after: String(after) }) };
  return toStreamRequest(
    { operation: 'responses.resume', method: 'GET', path: responsePath(id), parameters },
    settings,
  );
}
