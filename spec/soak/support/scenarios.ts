import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { formatEvent } from 'rxllm';
import { chunksOf, textChunk } from 'rxllm/testing';

/** The text of every whole answer. */
export const answerText = 'One answer like many others';

/** The number of words in the one piece of a burst. */
export const burstWords = 50;

/** The words that a flood repeats. */
export const floodWords: readonly string[] = Array.from({ length: 1000 }, (_, place) => ` word${place}`);

const eventType = { 'content-type': 'text/event-stream' };
const events = (payloads: readonly unknown[]): string =>
  payloads.map((payload) => formatEvent({ data: JSON.stringify(payload) })).join('');
const done = formatEvent({ data: '[DONE]' });
const chunks = chunksOf(answerText);
const beginning = events(chunks.slice(0, 2));
const whole = events(chunks) + done;
const burst = events(chunksOf(' word'.repeat(burstWords)).slice(0, -1));
const error = JSON.stringify({ error: { message: 'no', type: 'server_error', code: null } });

/** Ways to answer, by the first segment of the path. */
export const scenarios: Readonly<Record<string, (response: ServerResponse, path: string) => void>> = {
  whole: (response) => {
    response.writeHead(200, eventType).end(whole);
  },
  // Silence before the headers, after the first words, and after a burst of words.
  silent: () => undefined,
  pending: (response) => {
    response.writeHead(200, eventType).write(beginning);
  },
  burst: (response) => {
    response.writeHead(200, eventType).write(burst);
  },
  // Asks for a delay longer than any client here waits, and closes the connection.
  busy: (response) => {
    response.writeHead(429, { 'retry-after': '30', connection: 'close' }).end(error);
  },
  down: (response) => {
    response.writeHead(500).end(error);
  },
  // Down for every second request.
  shaky: (response) => {
    shaken = !shaken;
    (shaken ? scenarios['down'] : scenarios['whole'])?.(response, '');
  },
  // Refuses the first request to each path.
  flaky: (response, path) => {
    if (refused.delete(path)) {
      response.writeHead(200, eventType).end(whole);
    } else {
      refused.add(path);
      response.writeHead(503, { 'retry-after-ms': '5' }).end(error);
    }
  },
  // Ways to fail, the last four after the first words.
  refused: (response) => {
    response.writeHead(400).end(error);
  },
  reset: (response) => {
    response.writeHead(200, eventType).write(beginning, () => response.socket?.resetAndDestroy());
  },
  cut: (response) => {
    response.writeHead(200, eventType).end(beginning);
  },
  garbled: (response) => {
    response.writeHead(200, eventType).end(`${beginning}data: {"choices":[\n\n`);
  },
  failed: (response) => {
    response.writeHead(200, eventType).end(`${beginning}data: ${error}\n\n`);
  },
  // Begins, and continues on `release`.
  held: (response) => {
    response.writeHead(200, { ...eventType, connection: 'close' }).write(beginning);
    held.add(response);
    response.on('close', () => held.delete(response));
  },
  // `/flood/1000`: this many words, as fast as they are read.
  flood: (response, path) => {
    const words = Readable.from(flood(Number(path.split('/')[2])));
    pipeline(words, response.writeHead(200, eventType), () => undefined);
  },
};

const refused = new Set<string>();
const held = new Set<ServerResponse>();
let shaken = false;

/** Continues all answers that are held back, one chunk of each in turn. */
export async function release(): Promise<void> {
  const responses = [...held];
  for (const chunk of chunks.slice(2)) {
    const piece = events([chunk]);
    responses.forEach((response) => response.write(piece));
    await new Promise((resolve) => setImmediate(resolve));
  }
  responses.forEach((response) => response.end(done));
}

function* flood(words: number): Iterable<string> {
  const piece = events(floodWords.map((word) => textChunk(word)));
  for (let sent = 0; sent < words; sent += floodWords.length) {
    yield piece;
  }
  yield events(chunks.slice(-1)) + done;
}
