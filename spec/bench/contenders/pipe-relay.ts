import { randomUUID } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Contender, ContenderConfig } from './contender.js';
import { fetchUpstream, openRelay, sendStream } from './relaying.js';

/**
 * The relay that people write by hand: the body of `fetch` is piped to the reader. Where more than one reads, what has come is
 * kept, and each piece is written to all.
 */
export function createContender(config: ContenderConfig): Promise<Contender> {
  const streams = new Map<string, Shared>();
  return openRelay((request, response) => {
    request.resume();
    const known = streams.get(request.url?.split('/').at(-1) ?? '');
    if (known !== undefined) {
      known.join(response);
      return;
    }
    const id = randomUUID();
    void fetchUpstream(config).then((body) => {
      if (config.readers === 1) {
        sendStream(id, body, response);
        return;
      }
      const shared = share(id, body);
      streams.set(id, shared);
      shared.join(response);
    });
  }, config);
}

interface Shared {
  readonly join: (response: ServerResponse) => void;
}

function share(id: string, body: Parameters<typeof Readable.fromWeb>[0]): Shared {
  const pieces: Uint8Array[] = [];
  const readers = new Set<ServerResponse>();
  let isOver = false;
  Readable.fromWeb(body)
    .on('data', (piece: Uint8Array) => {
      pieces.push(piece);
      readers.forEach((reader) => reader.write(piece));
    })
    .on('end', () => {
      isOver = true;
      readers.forEach((reader) => reader.end());
    });
  return {
    join: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-stream-id': id }).flushHeaders();
      pieces.forEach((piece) => response.write(piece));
      if (isOver) {
        response.end();
      } else {
        readers.add(response);
      }
    },
  };
}
