import { asyncScheduler, type OperatorFunction, type SchedulerLike, type Subscriber } from 'rxjs';
import { type AnswerEvent, documentsOf, done, errorFrame, type ProvenChunk } from '../answers/event-data.js';
import { ForeignStream } from '../answers/foreign-stream.js';
import type { Redact } from '../secrets/redactor.js';
import { StreamError } from '../errors/stream-error.js';
import { toStreamError } from '../errors/server-error.js';
import { isObject } from '../util/is-object.js';
import { operate, type Stage } from '../util/operate.js';
import { type AnyChunk, Completion } from './completion.js';
import { meaningOf } from './finish-reason.js';

/** What a stream may hold. */
export interface StreamContent {
  /** How many choices, and tool calls per choice, it may have. */
  readonly limits: { readonly choices: number; readonly toolCalls: number };
  /** Whether one answer was asked for. Every choice is part of it then, so their number is not limited. Default false. */
  readonly single?: boolean;
}

/** How the chunks of one endpoint are mended and read. */
export interface ChunkFormat<Chunk> {
  /** Checks and mends a parsed document in place, after its repair. */
  readonly read: (document: unknown) => Chunk;
  /** Creates the repair of one stream. */
  readonly createRepair: (content: StreamContent) => ChunkRepair<Chunk>;
}

/** Mends the chunks of one stream by what came before them. */
export interface ChunkRepair<Chunk> {
  /** Mends a parsed object in place before it is read. */
  mend(raw: Record<string, unknown>): void;
  /** Records a chunk that needs no mending. */
  note(chunk: Chunk): void;
}

/** Configuration of {@link parseChunks}. */
interface ParseChunksConfig extends StreamContent {
  /** Removes secrets from the text of errors that the server sends inside the stream. */
  readonly redact: Redact;
  /** Its clock converts the time until which such an error asks to wait. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** What the chunks of one stream have told so far, in all exchanges that it took. */
interface ChunkHistory<Chunk> {
  readonly completion: Completion;
  readonly foreign: ForeignStream;
  readonly repair: ChunkRepair<Chunk>;
}

/**
 * Emits the typed chunk of each event, until `[DONE]` or the end of the source.
 *
 * Completes at `[DONE]`, or at the end of the source if every choice has a finish reason. An earlier end, and an error
 * sent inside the stream, is a `StreamError`. Data that is not JSON or not a valid chunk, and an index that is not a
 * non-negative integer, is a `ProtocolError`, and so is a stream up to `[DONE]` whose objects are those of another
 * endpoint; an index above the limits is a `LimitError`.
 *
 * It reads one stream: a further subscription goes on with the rest of it.
 */
export function parseChunks<Chunk extends AnyChunk>(
  format: ChunkFormat<Chunk>,
  config: ParseChunksConfig,
): OperatorFunction<AnswerEvent | ProvenChunk<Chunk>, Chunk> {
  const history = {
    completion: new Completion(),
    foreign: new ForeignStream('objects without choices', hasChoicesOrUsage),
    repair: format.createRepair(config),
  };
  return operate((destination) => new ChunkParser(destination, format, config, history));
}

class ChunkParser<Chunk extends AnyChunk> implements Stage<AnswerEvent | ProvenChunk<Chunk>> {
  private readonly destination: Subscriber<Chunk>;
  private readonly format: ChunkFormat<Chunk>;
  private readonly config: ParseChunksConfig;
  private readonly completion: Completion;
  private readonly foreign: ForeignStream;
  private readonly repair: ChunkRepair<Chunk>;

  constructor(
    destination: Subscriber<Chunk>,
    format: ChunkFormat<Chunk>,
    config: ParseChunksConfig,
    { completion, foreign, repair }: ChunkHistory<Chunk>,
  ) {
    this.destination = destination;
    this.format = format;
    this.config = config;
    this.completion = completion;
    this.foreign = foreign;
    this.repair = repair;
  }

  next(event: AnswerEvent | ProvenChunk<Chunk>): void {
    if ('chunk' in event) {
      this.repair.note(event.chunk);
      this.destination.next(event.chunk);
      return;
    }
    for (const document of documentsOf(event, this)) {
      if (this.destination.closed) {
        return;
      }
      if (document === done) {
        this.completion.ended = true;
        this.complete();
      } else {
        this.readDocument(document, event.event);
      }
    }
  }

  complete(): void {
    const { completion, config, destination, foreign } = this;
    const failure = completion.isWhole ? foreign.error(config.redact) : truncated(completion.empty);
    if (failure !== undefined) {
      throw failure;
    }
    destination.complete();
  }

  private readDocument(document: unknown, event: string): void {
    const error = errorFrame(document, event);
    if (error !== undefined) {
      throw this.toError(error);
    }
    if (isIdle(document, event)) {
      return;
    }
    if (isObject(document)) {
      this.foreign.see(document);
      this.repair.mend(document);
    }
    const chunk = this.format.read(document);
    this.completion.see(chunk);
    this.destination.next(chunk);
    throwIfFailed(chunk);
  }

  toError(frame: unknown): StreamError {
    const { redact, scheduler = asyncScheduler } = this.config;
    return toStreamError(frame, redact, scheduler.now());
  }
}

function hasChoicesOrUsage(document: Readonly<Record<string, unknown>>): boolean {
  return 'choices' in document || (document['usage'] ?? undefined) !== undefined;
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
