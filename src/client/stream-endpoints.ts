import type { OperatorFunction } from 'rxjs';
import type { AnswerEvent, ProvenChunk } from '../answers/event-data.js';
import { ActivityCheck } from '../chunks/activity.js';
import { chatChunks, completionChunks } from '../chunks/chunk-formats.js';
import { type ChunkFormat, parseChunks } from '../chunks/parse-chunks.js';
import { readUnmended } from '../chunks/proven-chunks.js';
import { createLane } from '../lane/lane.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { StreamOptions } from '../schemas/chat-completion-request.js';
import type { CompletionChunk } from '../schemas/completion.js';
import type { Redact } from '../secrets/redactor.js';
import type { Shortcut } from '../sse/shortcut.js';
import type { Operation } from '../transport/transport.js';
import { asksForOne } from './check-request.js';
import type { StreamReading } from './read-stream.js';
import type { Settings } from './settings.js';
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
    reading: (request, settings) => new ChunkReading(format, settings, asksForOne(request)),
  };
}

/** How the answers to one request for chunks are read. */
class ChunkReading<Chunk extends ChatCompletionChunk | CompletionChunk> implements StreamReading<
  Chunk,
  ProvenChunk<Chunk>
> {
  private readonly format: ChunkFormat<Chunk>;
  private readonly settings: Settings;
  private readonly single: boolean;

  constructor(format: ChunkFormat<Chunk>, settings: Settings, single: boolean) {
    this.format = format;
    this.settings = settings;
    this.single = single;
  }

  isWhole({ choices }: Readonly<Record<string, unknown>>): boolean {
    return Array.isArray(choices);
  }

  createShortcut(): Shortcut<ProvenChunk<Chunk>> {
    return createLane(readUnmended(this.format, { limits: this.settings.limits, single: this.single }));
  }

  parse(redact: Redact): OperatorFunction<AnswerEvent | ProvenChunk<Chunk>, Chunk> {
    const { limits, scheduler } = this.settings;
    return parseChunks(this.format, { limits, single: this.single, redact, scheduler });
  }

  createCheck(): ActivityCheck {
    return new ActivityCheck();
  }
}

/** Requests usage unless the caller's `stream_options` set it; `null` leaves the field out. */
function withUsage({ stream_options: options, ...request }: ChunkRequest): object {
  return {
    ...request,
    stream: true,
    ...(options === null ? {} : { stream_options: { include_usage: true, ...options } }),
  };
}
