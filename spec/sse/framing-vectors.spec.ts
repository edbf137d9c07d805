import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSentEvent } from '../../src/sse/parse-blocks.js';
import { encode, parsePieces, waysToCut } from './event-pieces.js';

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
