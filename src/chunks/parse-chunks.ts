import {
  concat,
  concatMap,
  defer,
  EMPTY,
  from,
  mergeMap,
  type ObservableInput,
  type OperatorFunction,
  of,
  takeWhile,
  throwError,
} from 'rxjs';
import * as z from 'zod/mini';
import type { Redact } from '../secrets/redactor.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { StreamError } from '../errors/stream-error.js';
import { toStreamError } from '../errors/server-error.js';
import type { ServerSentEvent } from '../sse/server-sent-event.js';
import { createCompletion } from './completion.js';
import { errorFrame } from './error-frame.js';
import { done, parseEventData } from './event-data.js';

/** How many choices and tool calls a stream may number. */
export interface ChunkLimits {
  readonly choices: number;
  readonly toolCalls: number;
}

/** What sets the chunks of one endpoint apart. */
export interface ChunkFormat<Chunk> {
  readonly schema: z.ZodMiniType<Chunk>;
  /** Makes, for one stream, a function that mends a parsed object in place, before it meets the schema. */
  readonly createRepair: (limits: ChunkLimits) => (raw: Record<string, unknown>) => void;
}

/** What parsing a stream depends on beside its format. */
export interface ParseChunksConfig {
  readonly limits: ChunkLimits;
  /** Takes secrets out of the text of errors that the server put into the stream. */
  readonly redact: Redact;
}

interface AnyChunk {
  readonly choices: readonly { readonly index: number; readonly finish_reason?: string | null | undefined }[];
}

/**
 * Emits the typed chunk of each event, until `[DONE]` or the end.
 *
 * Completes where the stream is whole: at `[DONE]`, or at the end after a finish reason for every choice. Otherwise, and
 * for an error the server put into the stream, raises `StreamError`; `ProtocolError` for data that is not JSON or not a
 * chunk, or numbers a choice or tool call impossibly; `LimitError` for one numbered above the limits.
 */
export function parseChunks<Chunk extends AnyChunk>(
  format: ChunkFormat<Chunk>,
  config: ParseChunksConfig,
): OperatorFunction<ServerSentEvent, Chunk> {
  return (source) =>
    defer(() => {
      const completion = createCompletion();
      const read = createReader(format, config);
      return concat(
        source.pipe(
          mergeMap(read),
          takeWhile((item): item is Chunk => {
            completion.see(item);
            return item !== done;
          }),
        ),
        defer(() => (completion.isWhole() ? EMPTY : throwError(() => truncated(completion.isEmpty())))),
      );
    });
}

type Item<Chunk> = Chunk | typeof done;

/** Reads one event after another; several documents of one event are read in turn, so that what precedes an error stays. */
function createReader<Chunk extends AnyChunk>(
  { schema, createRepair }: ChunkFormat<Chunk>,
  { limits, redact }: ParseChunksConfig,
): (event: ServerSentEvent) => ObservableInput<Item<Chunk>> {
  const repair = createRepair(limits);

  const readDocument = (document: unknown, event: string): ObservableInput<Item<Chunk>> => {
    if (document === done) {
      return [done];
    }
    const error = errorFrame(document, event);
    if (error !== undefined) {
      throw toStreamError(error, redact);
    }
    if (isIdle(document, event)) {
      return [];
    }
    const chunk = toChunk(document);
    const failure = chunk.choices.find(({ finish_reason: reason }) => failures.has(reason ?? ''));
    return failure === undefined
      ? [chunk]
      : concat(
          of(chunk),
          throwError(() => providerFailure(failure.finish_reason ?? '')),
        );
  };

  const toChunk = (document: unknown): Chunk => {
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      repair(document as Record<string, unknown>);
    }
    const result = z.safeParse(schema, document);
    if (result.success) {
      return result.data;
    }
    const [issue] = result.error.issues;
    const path = (issue?.path ?? []).join('.');
    throw new ProtocolError(`The server sent a chunk that does not fit${path === '' ? '' : ` at ${path}`}`, {
      kind: 'parse',
    });
  };

  return ({ data, event }) => {
    const documents = parseEventData(data);
    if (documents?.length === 1) {
      return readDocument(documents[0], event);
    }
    if (documents !== undefined) {
      return from(documents).pipe(concatMap((document) => readDocument(document, event)));
    }
    throw event === 'error'
      ? toStreamError(data, redact)
      : new ProtocolError('The server sent an event that is not JSON', { kind: 'parse' });
  };
}

/** Pings, and bare values that some relays send to keep a connection alive. */
function isIdle(document: unknown, event: string): boolean {
  if (typeof document !== 'object' || document === null) {
    return typeof document !== 'string';
  }
  const { type } = document as { type?: unknown };
  return !('choices' in document) && (event === 'ping' || type === 'ping' || type === 'keepalive');
}

/** Finish reasons by which servers report an error without an error object. */
const failures: ReadonlySet<string> = new Set(['error', 'abort', 'network_error', 'insufficient_system_resource']);

function providerFailure(reason: string): StreamError {
  return new StreamError(`The server ended the answer with finish reason "${reason}"`, {
    kind: 'provider',
    code: reason,
    retryable: true,
  });
}

function truncated(empty: boolean): StreamError {
  return new StreamError(
    empty
      ? 'The stream ended before its first chunk'
      : 'The stream ended early: no finish reason for every choice, and no [DONE]',
    { kind: 'truncated', retryable: true },
  );
}
