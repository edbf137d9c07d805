import { eventStream } from '../answers.js';
import type { Scenario } from './exchange.js';
import type { Reference } from './reference.js';
import { answerOf, chunked, eventType, headOf, streamHead } from './wire.js';

/** Bodies with status 200 that are not a usual event stream. */
const others: Readonly<Record<string, readonly [type: string, body: string | ((reference: Reference) => string)]>> = {
  page: ['text/html', '<!doctype html><title>Sign in</title>'],
  'page-as-events': ['text/event-stream', '<!doctype html><title>Sign in</title>'],
  completion: ['application/json', ({ whole }) => JSON.stringify(whole('Whole'))],
  error: ['application/json', '{"error":{"message":"Too many","code":"rate_limit_exceeded"}}'],
  json: ['application/json', '{"hello":"world"}'],
  'broken-json': ['application/json', '{"choices":['],
  text: ['text/plain', 'hello'],
  empty: ['text/event-stream', ''],
  'only-done': ['text/event-stream', 'data: [DONE]\n\n'],
  nonsense: ['text/event-stream', ({ add }) => add('Hel') + eventStream('nonsense')],
  'error-frame': [
    'text/event-stream',
    ({ add }) => add('Hel') + eventStream({ error: { message: 'Busy', code: 503 } }),
  ],
};

/** Heads that HTTP does not allow here. */
const heads: Readonly<Record<string, string>> = {
  'other-protocol': 'SSH-2.0-server\r\n\r\n',
  'two-lengths': headOf(200, { ...eventType, 'content-length': '5', 'transfer-encoding': 'chunked' }),
  'two-lengths-reversed': headOf(200, { ...eventType, 'transfer-encoding': 'chunked', 'content-length': '5' }),
  'long-header': headOf(200, { ...eventType, 'x-long': 'a'.repeat(20 * 1024) }),
  'bad-length': headOf(200, { ...eventType, 'content-length': 'many' }),
  upgrade: headOf(101, { upgrade: 'websocket', connection: 'upgrade' }),
};

/** Unusual answers, valid and invalid. */
export const oddities: Readonly<Record<string, Scenario>> = {
  answer: (exchange) => {
    const [type = '', body = ''] = others[exchange.parameters[0] ?? ''] ?? [];
    exchange.end(answerOf(200, { 'content-type': type }, typeof body === 'string' ? body : body(exchange.reference)));
  },

  'no-content': (exchange) => exchange.end(headOf(204, { connection: 'close' })),

  /** An invalid head. */
  head: (exchange) => exchange.end(heads[exchange.parameters[0] ?? '']),

  /** Two chunks, and then an HTTP chunk whose size is not a number. */
  'bad-chunk': async (exchange) => {
    const { bytes, lengthOf } = exchange.reference;
    await exchange.send(Buffer.concat([Buffer.from(streamHead), chunked(bytes.subarray(0, lengthOf(2)))]));
    await exchange.send('many\r\n');
  },

  /** Headers without end. */
  'endless-headers': async (exchange) => {
    await exchange.send('HTTP/1.1 200 OK\r\n');
    while (await exchange.send(`x-header: ${'a'.repeat(1024)}\r\n`)) {
      // until the client leaves
    }
  },

  /** The reference with another content type, or with none. */
  typed: (exchange) => {
    const [type = ''] = exchange.parameters;
    exchange.end(answerOf(200, type === '' ? {} : { 'content-type': type }, exchange.reference.bytes));
  },

  /** More events after `[DONE]`, on a connection that stays open. */
  'after-done': async (exchange) => {
    await exchange.send(Buffer.concat([Buffer.from(streamHead), chunked(exchange.reference.bytes)]));
    await exchange.send(chunked(exchange.reference.add('late')));
  },

  /** Informational heads before the answer. */
  'early-hints': async (exchange) => {
    await exchange.send('HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n');
    exchange.end(answerOf(200, eventType, exchange.reference.bytes));
  },

  'http-1.0': async (exchange) => {
    await exchange.send(headOf(200, eventType, '1.0'));
    exchange.end(exchange.reference.bytes);
  },
};
