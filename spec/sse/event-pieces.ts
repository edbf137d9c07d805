import { Subject } from 'rxjs';
import { decodeEvents, type DecodeEventsConfig } from '../../src/sse/decode-events.js';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';

/** The result of parsing one stream. */
export interface Parsed {
  readonly events: readonly ServerSentEvent[];
  /** The event without its empty line, emitted only at the end. */
  readonly last: ServerSentEvent | undefined;
  readonly error: unknown;
}

const encoder = new TextEncoder();

export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes one stream that comes in these pieces; by default without a limit, and with its unterminated event. */
export function parsePieces(pieces: Iterable<Uint8Array>, config: DecodeEventsConfig = {}): Parsed {
  const stream = new Subject<Uint8Array>();
  const events: ServerSentEvent[] = [];
  let failure: unknown;
  stream.pipe(decodeEvents({ eventBytes: Infinity, ...config })).subscribe({
    next: (event) => events.push(event),
    error: (error: unknown) => (failure = error),
  });
  for (const piece of pieces) {
    stream.next(piece);
  }
  const complete = events.length;
  stream.complete();
  return { events: events.slice(0, complete), last: events[complete], error: failure };
}

export function parseText(text: string, config: DecodeEventsConfig = {}): Parsed {
  return parsePieces([encode(text)], config);
}

/** Cuts bytes at these positions. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [0, ...[...places].sort((one, other) => one - other), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

/** The same bytes whole, byte by byte, and cut in two at each position. */
export function waysToCut(bytes: Uint8Array): readonly (readonly Uint8Array[])[] {
  const places = Array.from(bytes, (_, index) => index);
  return [[bytes], cutAt(bytes, places), ...places.map((place) => cutAt(bytes, [place]))];
}

/** An event without a name. */
export function message(data: string, id = ''): ServerSentEvent {
  return { event: 'message', data, id };
}

/** An event with a name. */
export function named(event: string, data: string): ServerSentEvent {
  return { event, data, id: '' };
}
