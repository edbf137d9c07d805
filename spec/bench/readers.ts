/*
 * Reads streams from a relay, in its own process so that its work is not counted. Each message asks for one stream; the
 * first reader begins it, the others join. The first piece that the last of them got is reported, then the text of the
 * stream, once all of them have read the same.
 */
import { Agent, type IncomingMessage, request as send } from 'node:http';
import { request } from './contenders/contender.js';
import { joinText, parseByHand } from './contenders/parse-by-hand.js';

/** A stream to read. */
export interface Reading {
  /** Told back with what is read. */
  readonly place: number;
  /** The base address of the relay. */
  readonly url: string;
  readonly readers: number;
}

/** What was read of a stream; without a text, the first piece of it. */
export interface Read {
  readonly place: number;
  readonly text?: string;
}

const agent = new Agent({ keepAlive: true });

process.on('message', ({ place, url, readers }: Reading) => {
  const read = (text?: string): void => {
    if (process.connected) {
      // The process that started this one breaks off what it no longer wants, and hears of it no more.
      process.send?.({ place, ...(text === undefined ? {} : { text }) }, undefined, undefined, () => undefined);
    }
  };
  let waiting = readers;
  const first = (): void => {
    waiting -= 1;
    if (waiting === 0) {
      read();
    }
  };
  readAll(url, readers, first).then(read, (error: unknown) => read(String(error)));
});
// The process that started this one has ended.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

async function readAll(url: string, readers: number, first: () => void): Promise<string> {
  const begun = await exchange('POST', `${url}/chat/completions`);
  const stream = `${url}/streams/${String(begun.headers['x-stream-id'])}`;
  const joined = Array.from({ length: readers - 1 }, () => exchange('GET', stream));
  const texts = await Promise.all([begun, ...(await Promise.all(joined))].map((answer) => textOf(answer, first)));
  const [text = ''] = texts;
  return texts.every((other) => other === text) ? text : 'The readers of a stream have read different texts';
}

function exchange(method: string, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = send(url, { agent, method, ...(method === 'POST' ? { headers } : {}) }, resolve);
    sent.on('error', reject);
    sent.end(method === 'POST' ? JSON.stringify({ ...request, stream: true }) : undefined);
  });
}

/** Parses at the end only, so that the relay does not wait for its readers. */
async function textOf(answer: IncomingMessage, first: () => void): Promise<string> {
  const pieces: Buffer[] = [];
  answer.once('data', first);
  for await (const piece of answer) {
    pieces.push(piece as Buffer);
  }
  const joined = joinText(() => undefined);
  parseByHand(joined.add)(Buffer.concat(pieces));
  return joined.text;
}
