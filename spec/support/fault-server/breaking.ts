import type { FaultExchange, Scenario } from './exchange.js';
import { endedWith } from './reference.js';
import { answerOf, chunked, chunkedEvents, eventType, type Fields, headOf, lastChunk } from './wire.js';

/** Returns the reference up to the place in the path: one of its `places`, or a number of bytes. */
function started({ parameters: [place = ''], reference: { bytes, places } }: FaultExchange): Buffer {
  return bytes.subarray(0, places[place] ?? Number(place));
}

/** Formats a head, with `connection: close` if the second parameter is `last`. */
function headWith(fields: Fields, { parameters }: FaultExchange): string {
  return headOf(200, parameters[1] === 'last' ? { ...fields, connection: 'close' } : fields);
}

function startedInChunks(exchange: FaultExchange): Buffer {
  return Buffer.concat([Buffer.from(headWith(chunkedEvents, exchange)), chunked(started(exchange))]);
}

/** Ways to end an answer early; the first parameter is the place in the reference. */
export const breaking: Readonly<Record<string, Scenario>> = {
  /** Cleanly, as if it were whole. */
  cut: (exchange) => exchange.end(answerOf(200, eventType, started(exchange))),

  /** Cleanly, with HTTP chunks. */
  'cut-chunked': async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.end(lastChunk);
  },

  /** Not early: the whole reference with this finish reason. */
  ended: (exchange) => exchange.end(answerOf(200, eventType, endedWith(exchange.parameters[0] ?? ''))),

  /** By a close without the last HTTP chunk. */
  unterminated: async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.end();
  },

  /** By a close inside an HTTP chunk. */
  'unfinished-chunk': async (exchange) => {
    const body = started(exchange);
    await exchange.send(
      Buffer.concat([Buffer.from(`${headWith(chunkedEvents, exchange)}${(body.length + 9).toString(16)}\r\n`), body]),
    );
    exchange.end();
  },

  /** By a close before the content length is reached. */
  short: async (exchange) => {
    const head = headWith({ ...eventType, 'content-length': String(exchange.reference.bytes.length) }, exchange);
    await exchange.send(Buffer.concat([Buffer.from(head), started(exchange)]));
    exchange.end();
  },

  /** By a reset. */
  reset: async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.reset();
  },

  /** By a close, where the length is unknown. */
  close: async (exchange) => {
    await exchange.send(Buffer.concat([Buffer.from(headOf(200, eventType)), started(exchange)]));
    exchange.end();
  },

  /** By a reset, where the length is unknown. */
  'close-reset': async (exchange) => {
    await exchange.send(Buffer.concat([Buffer.from(headOf(200, eventType)), started(exchange)]));
    exchange.reset();
  },

  /** By a close or `reset` instead of an answer. */
  unanswered: (exchange) => {
    if (exchange.parameters[0] === 'reset') {
      exchange.reset();
    } else {
      exchange.end();
    }
  },

  /** By a close inside the head. */
  headless: async (exchange) => {
    await exchange.send('HTTP/1.1 200 OK\r\ncontent-ty');
    exchange.end();
  },
};
