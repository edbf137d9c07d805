import type { Observable } from 'rxjs';
import { ActivityCheck } from '../chunks/activity.js';
import { type ChunkFormat, parseChunks, type ProvenChunk } from '../chunks/parse-chunks.js';
import { readUnmended } from '../chunks/proven-chunks.js';
import { createLane } from '../lane/lane.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { StreamOptions } from '../schemas/chat-completion-request.js';
import type { CompletionChunk } from '../schemas/completion.js';
import type { Operation, TransportEvent } from '../transport/transport.js';
import { perSubscription } from '../util/operate.js';
import { asksForOne } from './check-request.js';
import { drainAfterComplete } from './drain-after-complete.js';
import { onFlatStack } from './on-flat-stack.js';
import { readAnswer } from './read-answer.js';
import { identifyErrors, RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type Settings, toTransportRequest } from './settings.js';

/** An endpoint that streams chunks. */
interface ChunkEndpoint<Chunk> {
  readonly operation: Operation;
  readonly path: string;
  readonly format: ChunkFormat<Chunk>;
}

/** What the requests of all endpoints have. */
interface StreamRequest {
  readonly stream_options?: StreamOptions | null | undefined;
  readonly n?: unknown;
  readonly prompt?: unknown;
}

/** How long to keep reading after `[DONE]`, in milliseconds, so that the connection can be reused. */
const grace = 100;

/** Creates the cold Observable of a request's chunks, by joining the stages. */
export function streamChunks<Chunk extends ChatCompletionChunk | CompletionChunk>(
  { operation, path, format }: ChunkEndpoint<Chunk>,
  request: StreamRequest,
  settings: Settings,
): Observable<Chunk> {
  const exchange = toTransportRequest(
    { operation, method: 'POST', path, accept: 'text/event-stream, application/json', body: withStreaming(request) },
    settings,
  );
  const {
    limits,
    deadlines: { firstChunk, idle, total },
    scheduler,
  } = settings;
  const single = asksForOne(request);
  const readEvents = readAnswer<ProvenChunk<Chunk>>({
    eventBytes: limits.eventBytes,
    createShortcut: () => createLane(readUnmended(format, { limits, single })),
  });
  const timed = { firstChunk, idle, total, scheduler };
  return perSubscription(() => {
    const scope = new RequestScope(settings);
    const read = (answer: Observable<TransportEvent>): Observable<Chunk> =>
      answer.pipe(
        readEvents, // bytes → server-sent events; those that repeat → chunks
        parseChunks(format, { limits, single, redact: scope.redact, scheduler }), // events → chunks, until [DONE]
      );
    return send(exchange, settings, scope).pipe(
      drainAfterComplete(read, grace, scheduler), // complete at [DONE], not when the socket closes
      withActivityDeadlines<Chunk>(timed, () => new ActivityCheck()), // a silent or dead server becomes DeadlineError
      identifyErrors(scope), // each error tells which request it was
    );
  }).pipe(onFlatStack());
}

/** Requests usage unless the caller's `stream_options` set it; `null` leaves the field out. */
function withStreaming({ stream_options: options, ...request }: StreamRequest): object {
  return {
    ...request,
    stream: true,
    ...(options === null ? {} : { stream_options: { include_usage: true, ...options } }),
  };
}
