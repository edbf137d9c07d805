import { defer, EMPTY, mergeMap, type Observable, of } from 'rxjs';
import type { ProvenChunk } from '../answers/event-data.js';
import type { StreamCursor } from '../answers/stream-cursor.js';
import { createLane } from '../lane/lane.js';
import { endingOf, isResponse, toEnding } from '../responses/ending.js';
import { parseResponseEvents } from '../responses/parse-events.js';
import { readUnmendedDelta } from '../responses/read-event.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseObject } from '../schemas/response-object.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import { inContext } from '../transport/async-context.js';
import type { TransportRequest } from '../transport/transport.js';
import { cancelResponse, responsePath, retrieveResponse } from './fetch-response.js';
import { onFlatStack } from './on-flat-stack.js';
import { RequestScope } from './request-scope.js';
import { followStream } from './resume/follow-stream.js';
import type { Settings } from './settings.js';
import { readStream, type StreamReading, toStreamRequest } from './stream-chunks.js';

/** Creates the cold Observable of a new response's events. A background response is resumed where its connection breaks. */
export function streamResponse(request: ResponseRequest, settings: Settings): Observable<ResponseEvent> {
  const body = { ...request, stream: true };
  const begin = toStreamRequest({ operation: 'responses', method: 'POST', path: '/responses', body }, settings);
  const { total } = settings.deadlines;
  return defer(() => followResponse(begin, { id: undefined, after: undefined }, settings, { total })).pipe(
    onFlatStack(),
  );
}

/** Creates the cold Observable of the events of a response that was begun before: all, or those after a number. */
export function resumeResponse(id: string, after: number | undefined, settings: Settings): Observable<ResponseEvent> {
  const begin = askAfter(id, after, settings);
  const { firstChunk, total } = settings.deadlines;
  return defer(() => followResponse(begin, { id, after }, settings, { firstChunk, total })).pipe(onFlatStack());
}

/** Joins the exchanges of one response. */
function followResponse(
  begin: TransportRequest,
  cursor: StreamCursor,
  settings: Settings,
  deadlines: { readonly firstChunk?: number; readonly total: number },
): Observable<ResponseEvent> {
  const scope = new RequestScope(settings);
  const reading = readingOf(cursor, settings);
  const further = (): Settings => forFurtherRequests(settings);
  const stream = {
    cursor,
    first: readStream({ request: begin, reading, settings, scope, resumed: cursor.id !== undefined }),
    ask: (id: string, { after }: StreamCursor) => {
      const own = further();
      return readStream({ request: askAfter(id, after, own), reading, settings: own, scope, resumed: true });
    },
    settle: (id: string) =>
      // It is a single answer, which may go silent: no other deadline would end it.
      retrieveResponse(id, { ...further(), deadlines: settings.deadlines }).pipe(
        inContext(scope.run),
        mergeMap((response) => endingOfResponse(response)),
      ),
    stop: (id: string) => cancelResponse(id, further()),
    isLast: (event: ResponseEvent) => endingOf(event) !== undefined,
  };
  const endingOfResponse = (response: ResponseObject): Observable<ResponseEvent> => {
    const document = toEnding(response);
    return document === undefined
      ? EMPTY
      : of({ event: 'message', data: '', id: '', documents: [document] }).pipe(reading.parse(scope.redact));
  };
  return followStream(stream, deadlines, settings, scope);
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

/**
 * Returns the settings of the requests that follow the one which began the work. They do not repeat it, so they do not have
 * its idempotency key, and its first chunk has come.
 */
function forFurtherRequests(settings: Settings): Settings {
  const { 'idempotency-key': _key, ...headers } = settings.headers;
  return { ...settings, headers, deadlines: { ...settings.deadlines, firstChunk: Infinity } };
}
