import { gzipSync } from 'node:zlib';
import { compress, type Compression } from '../compress.js';
import type { FaultExchange, Scenario } from './exchange.js';
import type { Reference } from './reference.js';
import { answerOf, chunked, eventType, headOf, lastChunk } from './wire.js';

/** How to compress for a content encoding. */
const compressions: Readonly<Record<string, Compression>> = { gzip: 'gzip', deflate: 'zlib deflate', br: 'br' };

/** The reference in two parts, each of which can be decoded as soon as it arrives. */
function compressed(coding: string, { bytes, lengthOf }: Reference): Promise<readonly Buffer[]> {
  const place = lengthOf(3);
  const parts = [bytes.subarray(0, place), bytes.subarray(place)];
  return compress(
    compressions[coding] ?? 'gzip',
    parts.map((part) => part.toString()),
  );
}

function binary({ reference: { bytes } }: FaultExchange): Buffer {
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), bytes]);
}

/** Answers whose first parameter is their `content-encoding`. */
export const encodings: Readonly<Record<string, Scenario>> = {
  encoded: async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const body = Buffer.concat(await compressed(coding, exchange.reference));
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, body));
  },

  /** Ends the response normally before the end of the compressed data. */
  'encoded-cut': async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const [first = ''] = await compressed(coding, exchange.reference);
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, first));
  },

  /** Declares an encoding for plain text. */
  'encoded-not': (exchange) => {
    const [coding = ''] = exchange.parameters;
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, exchange.reference.bytes));
  },

  /** Declares an encoding for text that is neither an event stream nor JSON. */
  'encoded-text': (exchange) => {
    const [coding = ''] = exchange.parameters;
    exchange.end(
      answerOf(200, { ...eventType, 'content-encoding': coding }, exchange.reference.bytes.toString('base64')),
    );
  },

  /** An error in plain JSON for which an encoding is declared. */
  'refuse-encoded-not': (exchange) => {
    const [coding = ''] = exchange.parameters;
    const fields = { 'content-type': 'application/json', 'content-encoding': coding };
    exchange.end(answerOf(429, fields, '{"error":{"message":"Slow down"}}'));
  },

  /** Sends the first part, and then a corrupt rest. */
  'encoded-corrupt': async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const [first = '', ...rest] = await compressed(coding, exchange.reference);
    const fields = { ...eventType, 'content-encoding': coding, 'transfer-encoding': 'chunked' };
    await exchange.send(headOf(200, fields));
    await exchange.send(chunked(first));
    await exchange.send(chunked(Buffer.concat([Buffer.alloc(20, 0xff), ...rest])));
    exchange.end(lastChunk);
  },

  /** Binary data, which begin as zstd does. */
  'encoded-binary': (exchange) => {
    const [coding = ''] = exchange.parameters;
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, binary(exchange)));
  },

  'refuse-encoded-binary': (exchange) => {
    const [coding = ''] = exchange.parameters;
    exchange.end(answerOf(429, { 'content-type': 'application/json', 'content-encoding': coding }, binary(exchange)));
  },

  /** An endless event that decodes to a thousand times its size. */
  bomb: async (exchange) => {
    const head = headOf(200, { ...eventType, 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' });
    await exchange.send(Buffer.concat([Buffer.from(head), chunked(gzipSync('data: '))]));
    const member = chunked(gzipSync(Buffer.alloc(1024 * 1024, 'a')));
    while (await exchange.send(member)) {
      // The client ends this by closing the connection.
    }
  },
};
