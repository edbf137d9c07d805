import { ActivityCheck } from '../chunks/activity.js';
import { chatChunks, completionChunks } from '../chunks/chunk-formats.js';
import { type ChunkFormat, parseChunks, type ProvenChunk } from '../chunks/parse-chunks.js';
import { readUnmended } from '../chunks/proven-chunks.js';
import { createLane } from '../lane/lane.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { StreamOptions } from '../schemas/chat-completion-request.js';
import type { CompletionChunk } from '../schemas/completion.js';
import type { Operation } from '../transport/transport.js';
import { asksForOne } from './check-request.js';
import type { StreamEndpoint } from './stream-chunks.js';

/** `/chat/completions`. */
export const chatEndpoint = chunkEndpoint('chat', '/chat/completions', chatChunks);

/** The legacy `/completions`. */
export const completionsEndpoint = chunkEndpoint('completions', '/completions', completionChunks);

/** What the requests of endpoints that stream chunks have. */
interface ChunkRequest {
  readonly stream_options?: StreamOptions | null | undefined;
  readonly n?: unknown;
  readonly prompt?: unknown;
}

function chunkEndpoint<Chunk extends ChatCompletionChunk | CompletionChunk>(
  operation: Operation,
  path: string,
  format: ChunkFormat<Chunk>,
): StreamEndpoint<ChunkRequest, Chunk, ProvenChunk<Chunk>> {
  return {
    operation,
    path,
    toBody: withUsage,
    reading: (request, { limits, scheduler }) => {
      const content = { limits, single: asksForOne(request) };
      return {
        isWhole: ({ choices }) => Array.isArray(choices),
        createShortcut: () => createLane(readUnmended(format, content)),
        parse: (redact) => parseChunks(format, { ...content, redact, scheduler }),
        createCheck: () => new ActivityCheck(),
      };
    },
  };
}

/** Requests usage unless the caller's `stream_options` set it; `null` leaves the field out. */
function withUsage({ stream_options: options, ...request }: ChunkRequest): object {
  return {
    ...request,
    stream: true,
    ...(options === null ? {} : { stream_options: { include_usage: true, ...options } }),
  };
}
