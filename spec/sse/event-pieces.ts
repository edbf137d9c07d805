import { createEventParser, type EventParserConfig } from '../../src/sse/event-parser.js';
import type { ServerSentEvent } from '../../src/sse/parse-blocks.js';

/** The result of parsing one stream. */
export interface Parsed {
  readonly events: readonly ServerSentEvent[];
  /** The event without its empty line. */
  readonly last: ServerSentEvent | undefined;
  readonly error: unknown;
}

const encoder = new TextEncoder();

export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Parses one stream that comes in these pieces. */
export function parsePieces(pieces: Iterable<Uint8Array>, config: Partial<EventParserConfig> = {}): Parsed {
  const parser = createEventParser({ eventBytes: Infinity, ...config });
  const events: ServerSentEvent[] = [];
  try {
    for (const piece of pieces) {
      for (const event of parser.push(piece)) {
        events.push(event);
      }
    }
  } catch (error) {
    return { events, last: undefined, error };
  }
  return { events, last: parser.end(), error: undefined };
}

export function parseText(text: string, config: Partial<EventParserConfig> = {}): Parsed {
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
