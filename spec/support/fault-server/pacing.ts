import type { Scenario } from './exchange.js';
import type { Reference } from './reference.js';
import { answerOf, chunked, eventType, headOf, lastChunk, streamHead } from './wire.js';

/** Pieces that a server may send without any progress. */
const idlePieces: Readonly<Record<string, string>> = {
  comments: ': keep-alive\n\n',
  'one-comment': ':',
  space: ' \n',
  'empty-events': 'data: \n\n',
  pings: 'event: ping\ndata: {"type":"ping"}\n\n',
};

/** Formats the head and the first events of the reference. */
function startWith(count: string | undefined, { bytes, lengthOf }: Reference): string {
  const events = bytes.subarray(0, lengthOf(Number(count)));
  return streamHead + chunked(events).toString();
}

/** Ways to spread an answer over time and packets. */
export const pacing: Readonly<Record<string, Scenario>> = {
  /** The reference, at once. */
  whole: (exchange) => exchange.end(answerOf(200, eventType, exchange.reference.bytes)),

  /** One byte at a time, including those of the head and the HTTP chunks. */
  drip: async (exchange) => {
    for (const byte of Buffer.concat([
      Buffer.from(streamHead),
      chunked(exchange.reference.bytes),
      Buffer.from(lastChunk),
    ])) {
      if (!(await exchange.send(Uint8Array.of(byte)))) {
        return;
      }
    }
    exchange.end();
  },

  /** Two packets, cut at this byte of the body. */
  split: async (exchange) => {
    const place = Number(exchange.parameters[0]);
    const { bytes } = exchange.reference;
    const head = headOf(200, { ...eventType, 'content-length': String(bytes.length) });
    await exchange.send(Buffer.concat([Buffer.from(head), bytes.subarray(0, place)]));
    exchange.end(bytes.subarray(place));
  },

  /** Lines that end in CR and LF, which never share a packet. */
  crlf: async (exchange) => {
    await exchange.send(headOf(200, eventType));
    for (const piece of exchange.reference.bytes
      .toString()
      .replaceAll('\n', '\r\n')
      .split(/(?<=\r)/u)) {
      await exchange.send(piece);
    }
    exchange.end();
  },

  /** Endless silence: `before-headers`, `inside-headers`, or after a number of events. */
  stall: async (exchange) => {
    const [where] = exchange.parameters;
    if (where === 'inside-headers') {
      await exchange.send('HTTP/1.1 200 OK\r\ncontent-ty');
    } else if (where !== 'before-headers') {
      await exchange.send(startWith(where, exchange.reference));
    }
  },

  /** `/idle/comments/2`: two events, then endless comments. */
  idle: async (exchange) => {
    const [what = '', count] = exchange.parameters;
    await exchange.send(startWith(count, exchange.reference));
    while (await exchange.send(chunked(idlePieces[what] ?? ''))) {
      // until the client leaves
    }
  },

  /** Endless early hints, without an answer. */
  hints: async (exchange) => {
    while (await exchange.send('HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n')) {
      // until the client leaves
    }
  },
};
