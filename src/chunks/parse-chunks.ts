import { asyncScheduler, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { Redact } from '../secrets/redactor.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { StreamError } from '../errors/stream-error.js';
import { toStreamError } from '../errors/server-error.js';
import type { ServerSentEvent } from '../sse/parse-blocks.js';
import { isObject } from '../util/is-object.js';
import { operate } from '../util/operate.js';
import { done, errorFrame, parseEventData } from './event-data.js';
import { meaningOf } from './finish-reason.js';
import { createForeignStream } from './foreign-stream.js';

/** What a stream may hold. */
export interface StreamContent {
  /** How many choices, and tool calls per choice, it may have. */
  readonly limits: { readonly choices: number; readonly toolCalls: number };
  /** Whether one answer was asked for. Every choice is part of it then, so their number is not limited. Default false. */
  readonly single?: boolean;
}

/** How the chunks of one endpoint are repaired and read. */
export interface ChunkFormat<Chunk> {
  /** Checks and mends a parsed document in place, after its repair. */
  readonly read: (document: unknown) => Chunk;
  /** Creates, for one stream, a function that repairs a parsed object in place before it is read. */
  readonly createRepair: (content: StreamContent) => (raw: Record<string, unknown>) => void;
}

/** Configuration of {@link parseChunks}. */
interface ParseChunksConfig extends StreamContent {
  /** Removes secrets from the text of errors that the server sends inside the stream. */
  readonly redact: Redact;
  /** Its clock converts the time until which such an error asks to wait. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** What every chunk has, whatever its endpoint. */
interface AnyChunk {
  readonly choices: readonly { readonly index: number; readonly finish_reason?: string | null | undefined }[];
}

/**
 * Emits the typed chunk of each event, until `[DONE]` or the end of the source.
 *
 * Completes at `[DONE]`, or at the end of the source if every choice has a finish reason. An earlier end, and an error
 * sent inside the stream, is a `StreamError`. Data that is not JSON or not a valid chunk, and an index that is not a
 * non-negative integer, is a `ProtocolError`, and so is a stream up to `[DONE]` whose objects are those of another
 * endpoint; an index above the limits is a `LimitError`.
 */
export function parseChunks<Chunk extends AnyChunk>(
  format: ChunkFormat<Chunk>,
  config: ParseChunksConfig,
): OperatorFunction<ServerSentEvent, Chunk> {
  const { redact, scheduler = asyncScheduler } = config;
  return operate((destination) => {
    const completion = createCompletion();
    const foreign = createForeignStream(redact);
    const repair = format.createRepair(config);

    const readDocument = (document: unknown, event: string): void => {
      const error = errorFrame(document, event);
      if (error !== undefined) {
        throw toStreamError(error, redact, scheduler.now());
      }
      if (isIdle(document, event)) {
        return;
      }
      if (isObject(document)) {
        foreign.see(document);
        repair(document);
      }
      const chunk = format.read(document);
      completion.see(chunk);
      destination.next(chunk);
      throwIfFailed(chunk);
    };
    const end = (): void => {
      const failure = completion.isWhole() ? foreign.error() : truncated(completion.isEmpty());
      if (failure !== undefined) {
        throw failure;
      }
      destination.complete();
    };
    return {
      next: ({ data, event }) => {
        const documents = parseEventData(data);
        // What would be idle elsewhere is an error that gives no reason.
        if (event === 'error' && !documents?.length) {
          throw toStreamError(data.trim() === 'null' ? undefined : data, redact, scheduler.now());
        }
        if (documents === undefined) {
          throw new ProtocolError('The server sent an event that is not JSON', { kind: 'parse' });
        }
        for (const document of documents) {
          if (destination.closed) {
            return;
          }
          if (document === done) {
            completion.end();
            end();
            return;
          }
          readDocument(document, event);
        }
      },
      complete: end,
    };
  });
}

/** Whether a document is a ping, or a bare value that some relays send to keep a connection alive. */
function isIdle(document: unknown, event: string): boolean {
  if (typeof document !== 'object' || document === null) {
    return typeof document !== 'string';
  }
  const { type } = document as { type?: unknown };
  return !('choices' in document) && (event === 'ping' || type === 'ping' || type === 'keepalive');
}

/** Throws the error of a chunk whose finish reason is a failure of the provider. */
function throwIfFailed({ choices }: AnyChunk): void {
  for (const { finish_reason: reason } of choices) {
    if (reason && meaningOf(reason) === 'failure') {
      throw new StreamError(`The server ended the answer with finish reason "${reason}"`, {
        kind: 'provider',
        code: reason,
        retryable: true,
      });
    }
  }
}

function truncated(empty: boolean): StreamError {
  return new StreamError(
    empty
      ? 'The stream ended before its first chunk'
      : 'The stream ended early: not every choice has a finish reason, and [DONE] is missing',
    { kind: 'truncated', retryable: true },
  );
}

/** Follows a stream's chunks to tell whether the stream was whole when it ended. */
interface Completion {
  readonly see: (chunk: AnyChunk) => void;
  /** Called at `[DONE]`. */
  readonly end: () => void;
  /** Whether `[DONE]` came, or a finish reason for every choice seen. */
  readonly isWhole: () => boolean;
  readonly isEmpty: () => boolean;
}

/** Usage does not mark the end: some servers send it on every chunk. */
function createCompletion(): Completion {
  const seen = new Set<number>();
  const unfinished = new Set<number>();
  let ended = false;
  let empty = true;
  return {
    see: ({ choices }) => {
      empty = false;
      for (const { index, finish_reason: reason } of choices) {
        if (!seen.has(index)) {
          seen.add(index);
          unfinished.add(index);
        }
        // The choice stays finished even if more content follows. Some servers send '' instead of null.
        if (reason) {
          unfinished.delete(index);
        }
      }
    },
    end: () => {
      ended = true;
    },
    isWhole: () => ended || (seen.size > 0 && unfinished.size === 0),
    isEmpty: () => empty,
  };
}
