import { of } from 'rxjs';
import { type ChatCompletionChunk, createClient, isLlmError, type TransportEvent } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { lengthOf, reference, referenceChunks } from '../support/fault-server/reference.js';
import { observe } from '../support/observe.js';
import { head } from '../support/transport-events.js';

/** Reads an answer that comes in these pieces; returns text, because comparing objects takes ten times as long. */
async function read(pieces: readonly Uint8Array[]): Promise<string> {
  const events = pieces.map((bytes): TransportEvent => ({ type: 'data', bytes }));
  const { transport } = fakeTransport(of(head(200, { 'content-type': 'text/event-stream' }), ...events));
  const seen = observe(createClient({ baseURL: 'http://server.test', transport }).chat(chatRequest));
  const error = await seen.ended;
  return outcome(seen.values, isLlmError(error) ? error.kind : (error as undefined));
}

/** Formats chunks, and the kind of the error that followed. */
function outcome(chunks: readonly ChatCompletionChunk[], kind?: string): string {
  return JSON.stringify([chunks, kind]);
}

const crlf = Buffer.from(reference.toString().replaceAll('\n', '\r\n'));
const cr = Buffer.from(reference.toString().replaceAll('\n', '\r'));

function placesIn(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length + 1 }, (_, place) => place);
}

describe('an answer', () => {
  it('is read whole in one piece', async () => {
    const [chunks, kind] = JSON.parse(await read([reference])) as [readonly unknown[], unknown];

    expect([chunks.length, kind]).toEqual([referenceChunks, null]);
  });

  it.each([
    ['LF', reference],
    ['CR and LF', crlf],
    ['CR', cr],
  ])('with line ends of %s has the same chunks wherever it is cut in two', async (_ends, bytes) => {
    const whole = await read([reference]);
    for (const place of placesIn(bytes)) {
      expect([place, await read([bytes.subarray(0, place), bytes.subarray(place)])]).toEqual([place, whole]);
    }
  });

  it('has the same chunks in pieces of any size', async () => {
    const whole = await read([reference]);
    for (let size = 1; size <= 64; size += 1) {
      const pieces = Array.from({ length: Math.ceil(crlf.length / size) }, (_, piece) =>
        crlf.subarray(piece * size, (piece + 1) * size),
      );

      expect([size, await read(pieces)]).toEqual([size, whole]);
    }
  });

  it('that ends early keeps its chunks so far, and is truncated unless it has a finish reason', async () => {
    const [whole] = JSON.parse(await read([reference])) as [readonly ChatCompletionChunk[]];
    // The last event counts without its empty line, so an event is complete at its last byte of data.
    const ends = Array.from({ length: referenceChunks }, (_, event) => lengthOf(event + 1) - 2);
    const finish = ends.at(-2)!;
    for (const place of placesIn(reference)) {
      const chunks = whole.slice(0, ends.filter((end) => end <= place).length);
      const kind = place < finish ? 'truncated' : undefined;

      expect([place, await read([reference.subarray(0, place)])]).toEqual([place, outcome(chunks, kind)]);
    }
  });
});
