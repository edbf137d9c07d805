/*
 * The server of the benchmarks, in its own process so that its work is not counted. It writes answers that it has prepared.
 * A path is `/MODE/KIND/CHUNKS/…`. It sends its addresses and certificate to the process that started it, and answers each
 * message, the name of a listener, with the number of connections that one accepted since the last message.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificate } from '../support/certificate.js';
import { type AnswerKind, eventsOf } from './answers.js';

/** How an answer is written. */
export type Mode =
  /** In pieces of 16 KB. */
  | 'coalesced'
  /** Each event by itself. */
  | 'events'
  /** An event each 10 ms. */
  | 'paced'
  /** The first event, then nothing. */
  | 'idle';

/** What the server listens for: plain HTTP/1.1, HTTP/1.1 over TLS, or HTTP/2 over TLS with few or many streams each. */
export type Listener = 'http' | 'tls' | 'h2' | 'wideH2';

/** The first message of the server. */
export interface Listening {
  readonly origins: Readonly<Record<Listener, string>>;
  readonly certificate: string;
}

type Response = ServerResponse | Http2ServerResponse;

const pieceBytes = 16 * 1024;
const pace = 10;

const modes: Readonly<Record<Mode, (response: Response, events: readonly Buffer[]) => unknown>> = {
  coalesced: async (response, events) => {
    const body = Buffer.concat(events);
    for (let offset = 0; offset < body.length; offset += pieceBytes) {
      await write(response, body.subarray(offset, offset + pieceBytes));
    }
    response.end();
  },
  events: async (response, events) => {
    for (const event of events) {
      await write(response, event);
      await new Promise(setImmediate);
    }
    response.end();
  },
  paced: (response, events) => {
    let place = 0;
    const timer = setInterval(() => {
      const event = events[place++];
      if (event === undefined) {
        clearInterval(timer);
        response.end();
      } else {
        void write(response, event);
      }
    }, pace);
    response.on('close', () => clearInterval(timer));
  },
  idle: (response, [event]) => event && write(response, event),
};

const connections = { http: 0, tls: 0, h2: 0, wideH2: 0 };
const answers = new Map<string, readonly Buffer[]>();
const { key, cert } = await createCertificate();
const h2 = (maxConcurrentStreams: number): Server =>
  createSecureServer({ key, cert, allowHTTP1: true, settings: { maxConcurrentStreams } }, answer) as unknown as Server;

const listening: Listening = {
  origins: {
    http: await listen('http', createServer(answer)),
    tls: await listen('tls', createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'] }, answer)),
    // As many as nginx and Envoy allow.
    h2: await listen('h2', h2(100)),
    wideH2: await listen('wideH2', h2(1_000)),
  },
  certificate: cert,
};
process.send?.(listening);
process.on('message', (listener: Listener) => {
  process.send?.(connections[listener]);
  Object.assign(connections, { http: 0, tls: 0, h2: 0, wideH2: 0 });
});
// The process that started this one has ended.
process.on('disconnect', () => process.exit());
// The process that started this one stops it.
process.on('SIGINT', () => undefined);

function answer(request: IncomingMessage | Http2ServerRequest, response: Response): void {
  const [, mode = '', kind = '', chunks = ''] = request.url?.split('/') ?? [];
  const name = `${kind} ${chunks}`;
  const events = answers.get(name) ?? eventsOf(kind as AnswerKind, Number(chunks));
  answers.set(name, events);
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  // Clients that have ended are none of the server's business.
  response.on('error', () => undefined);
  void modes[mode as Mode](response, events);
}

function write(response: Response, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if ((response as ServerResponse).write(bytes) || response.destroyed) {
      resolve();
      return;
    }
    const goOn = (): void => {
      response.off('drain', goOn).off('close', goOn);
      resolve();
    };
    response.on('drain', goOn).on('close', goOn);
  });
}

async function listen(listener: Listener, server: Server): Promise<string> {
  const scheme = listener === 'http' ? 'http' : 'https';
  server.on(scheme === 'http' ? 'connection' : 'secureConnection', () => (connections[listener] += 1));
  server.keepAliveTimeout = 600_000;
  server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 });
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
