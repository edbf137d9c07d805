import type { FaultExchange, Scenario } from './exchange.js';
import { endedWith, places, reference } from './reference.js';
import { answerOf, chunked, chunkedEvents, eventType, type Fields, headOf, lastChunk } from './wire.js';

/** The reference up to the place that the path names. */
function started({ parameters: [place = ''] }: FaultExchange): Buffer {
  return reference.subarray(0, places[place] ?? Number(place));
}

/** A second parameter says that the connection is announced to be closed behind the answer. */
function announced(fields: Fields, { parameters }: FaultExchange): string {
  return headOf(200, parameters[1] === 'last' ? { ...fields, connection: 'close' } : fields);
}

function startedInChunks(exchange: FaultExchange): Buffer {
  return Buffer.concat([Buffer.from(announced(chunkedEvents, exchange)), chunked(started(exchange))]);
}

/**
 * How an answer ends before it should; the parameter is one of the reference's places, or a number
 * of bytes.
 */
export const breaking: Readonly<Record<string, Scenario>> = {
  /** In good order, as if it were whole. */
  cut: (exchange) => exchange.end(answerOf(200, eventType, started(exchange))),

  /** In good order, with HTTP chunks. */
  'cut-chunked': async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.end(lastChunk);
  },

  /** In good order, and with this finish reason. */
  ended: (exchange) => exchange.end(answerOf(200, eventType, endedWith(exchange.parameters[0] ?? ''))),

  /** The connection is closed where another HTTP chunk is due. */
  unterminated: async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.end();
  },

  /** The connection is closed inside an HTTP chunk. */
  'unfinished-chunk': async (exchange) => {
    const body = started(exchange);
    await exchange.send(
      Buffer.concat([Buffer.from(`${announced(chunkedEvents, exchange)}${(body.length + 9).toString(16)}\r\n`), body]),
    );
    exchange.end();
  },

  /** The connection is closed before the content length is reached. */
  short: async (exchange) => {
    const head = announced({ ...eventType, 'content-length': String(reference.length) }, exchange);
    await exchange.send(Buffer.concat([Buffer.from(head), started(exchange)]));
    exchange.end();
  },

  /** The connection is reset. */
  reset: async (exchange) => {
    await exchange.send(startedInChunks(exchange));
    exchange.reset();
  },

  /** The body's length is not told; the connection is closed. */
  close: async (exchange) => {
    await exchange.send(Buffer.concat([Buffer.from(headOf(200, eventType)), started(exchange)]));
    exchange.end();
  },

  /** The body's length is not told; the connection is reset. */
  'close-reset': async (exchange) => {
    await exchange.send(Buffer.concat([Buffer.from(headOf(200, eventType)), started(exchange)]));
    exchange.reset();
  },

  /** No answer at all: the connection is closed or reset. */
  unanswered: (exchange) => {
    if (exchange.parameters[0] === 'reset') {
      exchange.reset();
    } else {
      exchange.end();
    }
  },

  /** The head breaks off. */
  headless: async (exchange) => {
    await exchange.send('HTTP/1.1 200 OK\r\ncontent-ty');
    exchange.end();
  },
};
