import { gzipSync } from 'node:zlib';
import { compress, type Compression } from '../compress.js';
import type { Scenario } from './exchange.js';
import { lengthOf, reference } from './reference.js';
import { answerOf, chunked, eventType, headOf, lastChunk } from './wire.js';

/** Codings as headers name them. */
const compressions: Readonly<Record<string, Compression>> = { gzip: 'gzip', deflate: 'zlib deflate', br: 'br' };

/** The reference in two parts, each decodable once it has come. */
function compressed(coding: string): Promise<readonly Buffer[]> {
  const place = lengthOf(3);
  const parts = [reference.subarray(0, place), reference.subarray(place)];
  return compress(
    compressions[coding] ?? 'gzip',
    parts.map((part) => part.toString()),
  );
}

/** Answers with a `content-encoding`, which is the first parameter. */
export const encodings: Readonly<Record<string, Scenario>> = {
  encoded: async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const body = Buffer.concat(await compressed(coding));
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, body));
  },

  /** Ends in good order before the compressed data do. */
  'encoded-cut': async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const [first = ''] = await compressed(coding);
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, first));
  },

  /** Says that it is compressed, and is not. */
  'encoded-not': (exchange) => {
    const [coding = ''] = exchange.parameters;
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': coding }, reference));
  },

  /** Refuses, in plain JSON that is said to be compressed. */
  'refuse-encoded-not': (exchange) => {
    const [coding = ''] = exchange.parameters;
    const fields = { 'content-type': 'application/json', 'content-encoding': coding };
    exchange.end(answerOf(429, fields, '{"error":{"message":"Slow down"}}'));
  },

  /** Corrupt in the middle, which comes after a while. */
  'encoded-corrupt': async (exchange) => {
    const [coding = ''] = exchange.parameters;
    const [first = '', ...rest] = await compressed(coding);
    const fields = { ...eventType, 'content-encoding': coding, 'transfer-encoding': 'chunked' };
    await exchange.send(headOf(200, fields));
    await exchange.send(chunked(first));
    await exchange.send(chunked(Buffer.concat([Buffer.alloc(20, 0xff), ...rest])));
    exchange.end(lastChunk);
  },

  /** Compressed in a way that Node does not know: by `content-encoding` and first bytes it is zstd. */
  zstd: (exchange) => {
    const body = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), reference]);
    exchange.end(answerOf(200, { ...eventType, 'content-encoding': 'zstd' }, body));
  },

  /** An event that decodes to a thousand times its size, for as long as the client takes it. */
  bomb: async (exchange) => {
    const head = headOf(200, { ...eventType, 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' });
    await exchange.send(Buffer.concat([Buffer.from(head), chunked(gzipSync('data: '))]));
    const member = chunked(gzipSync(Buffer.alloc(1024 * 1024, 'a')));
    while (await exchange.send(member)) {
      // Until the client leaves.
    }
  },
};
