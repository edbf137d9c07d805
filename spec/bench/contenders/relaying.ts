import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';
import type { Read, Reading } from '../readers.js';
import { type Contender, type ContenderConfig, request } from './contender.js';

/** What waits for a stream that the readers read. */
interface Waiting {
  readonly first: () => void;
  readonly resolve: (text: string) => void;
}

const waiting: Waiting[] = [];
let readers: ChildProcess | undefined;

/** Serves a relay in this process, and lets another process read from it: only relaying is counted. */
export async function openRelay(serve: RequestListener, config: ContenderConfig): Promise<Contender> {
  readers ??= startReaders();
  const server = createServer(serve);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    text: (first) =>
      new Promise((resolve) => {
        const reading: Reading = { place: waiting.length, url, readers: config.readers };
        waiting.push({ first, resolve });
        readers?.send(reading);
      }),
  };
}

/** Asks the model's server as people write it by hand. */
export async function fetchUpstream({ baseURL }: ContenderConfig): Promise<ReadableStream<Uint8Array>> {
  const { body } = await fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...request, stream: true }),
  });
  return body as ReadableStream<Uint8Array>;
}

/** Answers a reader with a stream. */
export function sendStream(id: string, body: ReadableStream, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-stream-id': id }).flushHeaders();
  Readable.fromWeb(body).pipe(response);
}

function startReaders(): ChildProcess {
  const child = fork(fileURLToPath(new URL('readers.mjs', import.meta.url)));
  child.on('message', ({ place, text }: Read) => {
    if (text === undefined) {
      waiting[place]?.first();
    } else {
      waiting[place]?.resolve(text);
    }
  });
  return child;
}
