import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import { cutAt, encode, type Parsed, parsePieces, waysToCut } from './event-pieces.js';
import { readPlainly } from './plain-reading.js';

const folder = join(__dirname, '../../../shared/recordings');
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sse')) : [];

/** Piece sizes that rarely coincide with line ends. */
const pieceSizes = [1, 2, 7, 61, 1024];

function inPieces(bytes: Uint8Array, size: number): Parsed {
  return parsePieces(
    cutAt(
      bytes,
      Array.from({ length: Math.floor(bytes.length / size) }, (_, piece) => piece * size),
    ),
  );
}

describe('recorded streams', () => {
  it('are parsed like by a plain implementation of the standard, whatever their line ends and pieces', () => {
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
      const expected = readPlainly(encode(text));
      expect([name, expected.events.length > 0]).toEqual([name, true]);
      for (const lineEnd of ['\n', '\r\n', '\r']) {
        const bytes = encode(text.replaceAll('\n', lineEnd));
        for (const size of [bytes.length, ...pieceSizes]) {
          expect([name, lineEnd, size, inPieces(bytes, size)]).toEqual([name, lineEnd, size, expected]);
        }
      }
    }
  });
});

const vectors = join(__dirname, '../../../shared/recordings/sse-framing-vectors.json');

interface Vector {
  readonly name: string;
  readonly input: string;
  readonly events: readonly VectorEvent[];
  /** With the event that the standard would discard. */
  readonly lenientEvents?: readonly VectorEvent[];
  /** The last reconnection time. */
  readonly retry?: number;
}

interface VectorEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

describe('shared framing vectors', () => {
  it('are parsed as expected, however they are cut', () => {
    const cases = existsSync(vectors) ? (JSON.parse(readFileSync(vectors, 'utf8')) as readonly Vector[]) : [];
    for (const { name, input, events, lenientEvents = events, retry } of cases) {
      for (const pieces of waysToCut(encode(input))) {
        const parsed = parsePieces(pieces);
        const flushed = parsed.last === undefined ? parsed.events : [...parsed.events, parsed.last];

        expect([name, parsed.events.map(toVectorEvent)]).toEqual([name, events]);
        expect([name, flushed.map(toVectorEvent)]).toEqual([name, lenientEvents]);
        expect([name, flushed.flatMap((event) => event.retry ?? []).at(-1)]).toEqual([name, retry]);
      }
    }
  });
});

function toVectorEvent({ event, data, id }: ServerSentEvent): VectorEvent {
  return { type: event, data, lastEventId: id };
}
