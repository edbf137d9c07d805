import { deepStrictEqual } from 'node:assert';
import { Subject, take } from 'rxjs';
import { ActivityCheck } from '../../src/chunks/activity.js';
import { chatChunks, completionChunks } from '../../src/chunks/chunk-formats.js';
import type { ProvenChunk } from '../../src/answers/event-data.js';
import type { StreamCursor } from '../../src/answers/stream-cursor.js';
import { type ChunkFormat, parseChunks } from '../../src/chunks/parse-chunks.js';
import { readUnmended } from '../../src/chunks/proven-chunks.js';
import { readAnswer } from '../../src/client/read-answer.js';
import { createLane } from '../../src/lane/lane.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';
import type { Shortcut } from '../../src/sse/shortcut.js';
import type { TransportEvent } from '../../src/transport/transport.js';
import type { AnswerStream } from './streams.js';

type Chunk = ChatCompletionChunk | CompletionChunk;

/** All notifications of a stream. */
interface Reading {
  readonly chunks: readonly Chunk[];
  /** Whether each chunk shows that the model is at work. */
  readonly active: readonly boolean[];
  /** How many chunks there were after each piece. */
  readonly counts: readonly number[];
  readonly ending: unknown;
  /** How far the stream of a relay was read at each chunk, and at the end. */
  readonly cursors: readonly StreamCursor[];
}

/** How much of a stream went by the lane. */
export interface Comparison {
  readonly notifications: number;
  readonly hits: number;
}

/**
 * Reads a stream with and without the lane for repeating events.
 *
 * @throws If one chunk, its time, its place, or the end differs, or if two chunks share an object.
 */
export function readBoth(stream: AnswerStream): Comparison {
  let hits = 0;
  const plain = read(stream);
  const reading = read(stream, (shortcut) => countHits(shortcut, () => (hits += 1)));
  // The order of keys, and then everything else.
  deepStrictEqual(reading.chunks.map(jsonOf), plain.chunks.map(jsonOf));
  deepStrictEqual(reading, plain);
  const seen = new Set<object>();
  for (const chunk of [...plain.chunks, ...reading.chunks]) {
    requireFresh(chunk, seen);
  }
  return { notifications: reading.chunks.length + 1, hits };
}

type Watch = (shortcut: Shortcut<ProvenChunk<Chunk>>) => Shortcut<ProvenChunk<Chunk>>;

function read(stream: AnswerStream, watch?: Watch): Reading {
  const { limits, single, isLegacy } = stream;
  const format = (isLegacy ? completionChunks : chatChunks) as ChunkFormat<Chunk>;
  const content = { limits, single };
  const createShortcut = watch && (() => watch(createLane(readUnmended(format, content))));
  const source = new Subject<TransportEvent>();
  const activity = new ActivityCheck();
  const chunks: Chunk[] = [];
  const active: boolean[] = [];
  const { after } = stream;
  const cursor: StreamCursor = { id: 'stream', after: after === 'start' ? undefined : after, relayed: true };
  const cursors: StreamCursor[] = [];
  let ending: unknown = 'open';
  source
    .pipe(
      readAnswer<ProvenChunk<Chunk>>(
        limits.eventBytes,
        { ...(createShortcut && { createShortcut }), isWhole: ({ choices }) => Array.isArray(choices) },
        after === undefined ? {} : { cursor },
      ),
      parseChunks(format, { ...content, redact: (text) => text }),
      take(stream.take),
    )
    .subscribe({
      next: (chunk) => {
        chunks.push(chunk);
        active.push(activity.isActive(chunk));
        cursors.push({ ...cursor });
      },
      error: (error: unknown) => (ending = [String(error), ...Object.entries(error as object)]),
      complete: () => (ending = 'complete'),
    });
  source.next({ type: 'head', status: 200, headers: new Headers({ 'content-type': 'text/event-stream' }) });
  const counts = stream.pieces.map((bytes) => {
    source.next({ type: 'data', bytes });
    return chunks.length;
  });
  source.complete();
  return { chunks, active, counts, ending, cursors: [...cursors, cursor] };
}

function countHits<Value>(shortcut: Shortcut<Value>, onHit: () => void): Shortcut<Value> {
  return {
    get awake() {
      return shortcut.awake;
    },
    get end() {
      return shortcut.end;
    },
    get id() {
      return shortcut.id;
    },
    read: (bytes, start) => {
      const value = shortcut.read(bytes, start);
      if (value !== undefined) {
        onHit();
      }
      return value;
    },
    learn: (block) => {
      shortcut.learn(block);
    },
    pass: (events) => {
      shortcut.pass(events);
    },
  };
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value);
}

/** Adds the objects of a chunk, which may use one twice itself, to those of other chunks. */
function requireFresh(chunk: Chunk, seen: Set<object>): void {
  const objects = new Set<object>();
  collect(chunk, objects);
  for (const object of objects) {
    if (seen.has(object)) {
      throw new Error(`Two chunks share the object ${JSON.stringify(object)}`);
    }
    seen.add(object);
  }
}

function collect(value: unknown, objects: Set<object>): void {
  if (typeof value === 'object' && value !== null) {
    objects.add(value);
    Object.values(value).forEach((item) => {
      collect(item, objects);
    });
  }
}
