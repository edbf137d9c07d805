import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { ConnectionError } from '../../src/errors/connection-error.js';
import type { Transport } from '../../src/transport/transport.js';
import { createCertificate } from '../support/certificate.js';
import { type Http2Server, type ServedStream, startHttp2Server } from '../support/http2-server.js';
import { failureOf, observe } from '../support/observe.js';
import { createQueue } from '../support/queue.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';
import { trustingTransport } from '../support/trusting-transport.js';

let tls: Awaited<ReturnType<typeof createCertificate>>;
let transport: Transport;
const closing: (() => Promise<unknown>)[] = [];

async function start(settings?: Settings, answer?: (served: ServedStream) => void): Promise<Http2Server> {
  const server = await startHttp2Server(tls, settings, answer);
  closing.push(server.close);
  return server;
}

/** Lets the client read what the server has sent on all its connections so far. */
async function settle({ sessions }: Http2Server): Promise<void> {
  const pings = sessions.filter(({ destroyed }) => !destroyed);
  await Promise.all(pings.map((session) => new Promise<void>((resolve) => session.ping(() => resolve()))));
}

function answerAll({ stream }: ServedStream): void {
  stream.respond({ ':status': 200 });
  stream.end('whole');
}

describe('undiciTransport over HTTP/2', () => {
  expectQuietProcess();
  beforeAll(async () => {
    tls = await createCertificate();
  });
  beforeEach(() => {
    transport = trustingTransport(tls.cert);
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  it('streams 500 answers over as few connections as the server allows, undisturbed by those that are left', async () => {
    const server = await start({ maxConcurrentStreams: 100 });
    const all = Array.from({ length: 500 }, (_, index) =>
      observe(transport(transportRequest(`${server.url}/${index}`))),
    );
    const served = await Promise.all(all.map(() => server.next()));
    served.forEach(({ begin, path }) => begin(path));
    await Promise.all(all.map((seen) => seen.reached(2)));

    const left = all.filter((_, index) => index % 10 === 0);
    const cut = served.filter(({ path }) => path.endsWith('0')).map(({ stream }) => once(stream, 'close'));
    left.forEach((seen) => seen.unsubscribe());
    await Promise.all(cut);
    served.forEach(({ stream }) => stream.destroyed || stream.end(' done'));
    const stayed = all.filter((seen) => !left.includes(seen));

    expect(await Promise.all(stayed.map((seen) => seen.ended))).toEqual(Array(450).fill(undefined));
    expect(stayed.map(({ values }) => bodyOf(values))).toEqual(
      all.flatMap((seen, index) => (left.includes(seen) ? [] : [`/${index} done`])),
    );
    expect(cut).toHaveLength(50);
    expect([server.requests, server.sessions.length]).toEqual([500, 5]);
  });

  it('reads an answer with more headers than Node takes by default', async () => {
    const headers = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-header-${index}`, `${index}`]));
    const server = await start({}, ({ stream }) => {
      stream.respond({ ':status': 200, ...headers });
      stream.end('whole');
    });

    const seen = observe(transport(transportRequest(server.url)));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('whole');
  });

  it('opens 8 connections at most, and sends further requests as answers end', async () => {
    const server = await start({ maxConcurrentStreams: 2 });
    const all = Array.from({ length: 20 }, () => observe(transport(transportRequest(server.url))));
    const first = await Promise.all(Array.from({ length: 16 }, () => server.next()));
    await settle(server);

    expect([server.requests, server.sessions.length]).toEqual([16, 8]);
    first.forEach(answerAll);
    (await Promise.all(Array.from({ length: 4 }, () => server.next()))).forEach(answerAll);
    expect(await Promise.all(all.map((seen) => seen.ended))).toEqual(Array(20).fill(undefined));
    expect(server.sessions).toHaveLength(8);
  });

  it('lets an answer go on when the server wants no further requests, and sends these elsewhere', async () => {
    const server = await start();
    const running = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    served.begin('half');
    await running.reached(2);
    server.sessions[0]!.goaway(constants.NGHTTP2_NO_ERROR);
    await settle(server);

    const later = observe(transport(transportRequest(server.url)));
    answerAll(await server.next());
    expect(await later.ended).toBeUndefined();
    served.stream.end(' and half');

    expect(await running.ended).toBeUndefined();
    expect(bodyOf(running.values)).toBe('half and half');
    expect([server.requests, server.sessions.length]).toEqual([2, 2]);
  });

  it('sends a request again that the server had not processed when it said that it wants no more', async () => {
    const server = await start();
    const running = observe(transport(transportRequest(`${server.url}/running`)));
    const served = await server.next();
    served.begin('half');
    await running.reached(2);
    const late = observe(transport(transportRequest(`${server.url}/late`)));
    await server.next();
    server.sessions[0]!.goaway(constants.NGHTTP2_NO_ERROR, served.stream.id);

    const again = await server.next();
    answerAll(again);
    expect(await late.ended).toBeUndefined();
    expect([again.path, server.requests, server.sessions.length]).toEqual(['/late', 3, 2]);
    served.stream.end();
    expect(await running.ended).toBeUndefined();
  });

  it('raises ConnectionError for the answers of a connection that the server gives up', async () => {
    const server = await start();
    const seen = observe(transport(transportRequest(server.url)));
    (await server.next()).begin('half');
    await seen.reached(2);
    server.sessions[0]!.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(bodyOf(seen.values)).toBe('half');
    expect(server.requests).toBe(1);
  });

  it.each<[string, (session: ServerHttp2Session, served: ServedStream) => void]>([
    ['a GOAWAY that says it processed nothing', (session) => session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0)],
    ['a reset of the stream', (_session, { reset }) => reset(constants.NGHTTP2_ENHANCE_YOUR_CALM)],
  ])('leaves it to the caller to retry when the server asks for calm with %s', async (_how, ask) => {
    const server = await start();
    const seen = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    ask(server.sessions[0]!, served);

    const error = await seen.ended;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      message: `No answer from ${server.url} (ENHANCE_YOUR_CALM)`,
      retryable: true,
      cause: { message: 'The server asks for fewer requests' },
    });
    expect(server.requests).toBe(1);
  });

  it.each([
    ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM, 2],
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR, 1],
    ['CANCEL', constants.NGHTTP2_CANCEL, 1],
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR, 1],
  ])('fails a request that the server always resets with %s', async (_name, code, times) => {
    const server = await start({}, ({ reset }) => reset(code));

    expect(await failureOf(transport(transportRequest(server.url)))).toBeInstanceOf(ConnectionError);
    expect(server.requests).toBe(times);
  });

  it('sends a request again that the server refused', async () => {
    const server = await start();
    const seen = observe(transport(transportRequest(server.url, { body: '{"n":1}' })));
    (await server.next()).reset(constants.NGHTTP2_REFUSED_STREAM);
    answerAll(await server.next());

    expect(await seen.ended).toBeUndefined();
    expect([bodyOf(seen.values), server.requests, server.sessions.length]).toEqual(['whole', 2, 1]);
  });

  it.each([
    ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM],
    ['CANCEL', constants.NGHTTP2_CANCEL],
  ])('never sends a request again whose answer had begun before it was reset with %s', async (_name, code) => {
    const server = await start();
    const seen = observe(transport(transportRequest(server.url)));
    const { begin, reset } = await server.next();
    begin('half');
    await seen.reached(2);
    reset(code);

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect([bodyOf(seen.values), server.requests]).toEqual(['half', 1]);
  });

  it('keeps requests until a server that takes none at present takes some again', async () => {
    const server = await start();
    const first = observe(transport(transportRequest(server.url)));
    answerAll(await server.next());
    await first.ended;
    const [session] = server.sessions;
    session!.settings({ maxConcurrentStreams: 0 });
    await once(session!, 'localSettings');

    const kept = observe(transport(transportRequest(server.url)));
    await settle(server);
    expect([server.requests, server.sessions.length]).toEqual([1, 1]);
    session!.settings({ maxConcurrentStreams: 1 });
    answerAll(await server.next());

    expect(await kept.ended).toBeUndefined();
    expect(server.sessions).toHaveLength(1);
  });

  it('opens a further connection when the server lowers the number of streams on one', async () => {
    const server = await start();
    const first = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    server.sessions[0]!.settings({ maxConcurrentStreams: 1 });
    await once(server.sessions[0]!, 'localSettings');

    const second = observe(transport(transportRequest(server.url)));
    answerAll(await server.next());
    expect(await second.ended).toBeUndefined();
    answerAll(served);

    expect(await first.ended).toBeUndefined();
    expect(server.sessions).toHaveLength(2);
  });

  it('connects again for requests that came after a connection attempt that fails', async () => {
    const server = await start();
    const accepted = createQueue<Socket>();
    const front = createServer(accepted.put).listen(0, '127.0.0.1');
    await once(front, 'listening');
    const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
    closing.push(() => new Promise((resolve) => front.close(resolve)));

    const first = observe(transport(transportRequest(url)));
    const socket = await accepted.take();
    const second = observe(transport(transportRequest(url)));
    socket.destroy();

    expect(await first.ended).toBeInstanceOf(ConnectionError);
    server.accept(await accepted.take());
    answerAll(await server.next());
    expect(await second.ended).toBeUndefined();
  });

  it('fails the request that a further connection was to be opened for', async () => {
    const server = await start({ maxConcurrentStreams: 2 });
    const accepted = createQueue<Socket>();
    const front = createServer(accepted.put).listen(0, '127.0.0.1');
    await once(front, 'listening');
    const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
    closing.push(() => new Promise((resolve) => front.close(resolve)));
    const running = observe(transport(transportRequest(url)));
    server.accept(await accepted.take());
    const served = await server.next();
    served.begin('half');
    await running.reached(2);
    const other = observe(transport(transportRequest(url)));
    (await server.next()).begin('other');
    await other.reached(2);

    const further = observe(transport(transportRequest(url)));
    (await accepted.take()).destroy();

    expect(await further.ended).toBeInstanceOf(ConnectionError);
    served.stream.end(' and half');
    expect(await running.ended).toBeUndefined();
    other.unsubscribe();
  });

  it('uses a connection for each concurrent request where the server does not choose HTTP/2', async () => {
    const exchanges = createQueue<ServerResponse>();
    const server = createHttpsServer(tls, (_request, response) => exchanges.put(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    closing.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const all = [1, 2, 3].map(() => observe(transport(transportRequest(url))));
    const responses = await Promise.all(all.map(() => exchanges.take()));
    responses.forEach((response) => response.end('whole'));

    expect(await Promise.all(all.map((seen) => seen.ended))).toEqual([undefined, undefined, undefined]);
    expect(all.map(({ values }) => bodyOf(values))).toEqual(['whole', 'whole', 'whole']);
    expect(connections).toBe(3);
  });

  it('closes a connection once it has had no streams for 10 seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const server = await start({}, answerAll);
      await observe(transport(transportRequest(server.url))).ended;
      jest.advanceTimersByTime(9_000);
      await observe(transport(transportRequest(server.url))).ended;
      await settle(server);
      const [session] = server.sessions;

      jest.advanceTimersByTime(9_999);
      await settle(server);
      expect(session!.closed).toBe(false);
      const closed = once(session!, 'close');
      jest.advanceTimersByTime(1);
      await closed;

      await observe(transport(transportRequest(server.url))).ended;
      expect([server.requests, server.sessions.length]).toEqual([3, 2]);
    } finally {
      jest.useRealTimers();
    }
  });

  it.each([
    ['name', { 'x y': '1' }],
    ['pseudo-header', { ':path': '/other' }],
    ['value', { 'x-y': 'a\r\nb: c' }],
  ])('fails only the request with an invalid header %s', async (_what, headers) => {
    const server = await start();
    const running = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    served.begin('half');
    await running.reached(2);

    const error = await failureOf(transport(transportRequest(server.url, { headers })));
    served.stream.end(' and half');

    expect(error).toMatchObject({ name: 'ConnectionError', retryable: false });
    expect(await running.ended).toBeUndefined();
    expect([bodyOf(running.values), server.requests]).toEqual(['half and half', 1]);
  });

  it('leaves out the headers that belong to a connection of HTTP/1.1', async () => {
    const server = await start();
    const headers = {
      Connection: 'close',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      Host: 'api.test',
      'X-Mine': 'yes',
    };
    observe(transport(transportRequest(server.url, { headers })));

    const served = await server.next();

    expect(served.headers).toMatchObject({ ':authority': 'api.test', 'x-mine': 'yes', 'content-length': '2' });
    expect(Object.keys(served.headers)).not.toEqual(expect.arrayContaining(['host']));
  });

  it('reads an answer while another of the same connection is held up', async () => {
    const server = await start();
    const held = observe(transport(transportRequest(`${server.url}/held`)));
    const { begin, stream } = await server.next();
    begin('a'.repeat(8 * 1024 * 1024));
    const other = observe(transport(transportRequest(`${server.url}/other`)));
    answerAll(await server.next());

    expect(await other.ended).toBeUndefined();
    stream.end();
    expect(await held.ended).toBeUndefined();
    expect(bodyOf(held.values)).toHaveLength(8 * 1024 * 1024);
  });

  it('reads answers while 12 MB of requests wait to be sent over the same connection', async () => {
    const held: ServerHttp2Stream[] = [];
    const sessions: ServerHttp2Session[] = [];
    const server = createSecureServer(tls)
      .on('session', (session) => sessions.push(session))
      .on('stream', (stream) => {
        held.push(stream.on('error', () => undefined));
        if (held.length === 12) {
          held.forEach((each) => each.respond({ ':status': 200 }));
          held.forEach((each) => each.on('end', () => each.end('whole')).resume());
        }
      })
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      sessions.forEach((session) => session.destroy());
      return new Promise((resolve) => server.close(resolve));
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const body = 'a'.repeat(1024 * 1024);
    const all = Array.from({ length: 12 }, () => observe(transport(transportRequest(url, { body }))));

    expect(await Promise.all(all.map((seen) => seen.ended))).toEqual(Array(12).fill(undefined));
    expect(all.map(({ values }) => bodyOf(values))).toEqual(Array(12).fill('whole'));
    expect(sessions).toHaveLength(1);
  });

  it('gives each caller of a shared connection its own async context', async () => {
    const server = await start();
    const user = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const note = (): void => void seen.push(user.getStore() ?? 'nobody');
    const running = ['ann', 'bob'].map((name) =>
      user.run(
        name,
        () =>
          new Promise<void>((resolve) => {
            transport(transportRequest(server.url)).subscribe({
              next: note,
              complete: () => {
                note();
                resolve();
              },
            });
          }),
      ),
    );
    answerAll(await server.next());
    answerAll(await server.next());
    await Promise.all(running);

    expect(seen.sort()).toEqual([...Array<string>(3).fill('ann'), ...Array<string>(3).fill('bob')]);
  });

  it.each([
    ['says nothing', ''],
    ['sends something else', 'SSH-2.0-server\r\n\r\n'],
  ])('leaves nothing when a server that chose HTTP/2 %s', async (_what, bytes) => {
    const sockets = createQueue<TLSSocket>();
    const server = createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, sockets.put).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const all = [1, 2].map(() => observe(transport(transportRequest(url))));
    const socket = await sockets.take();
    socket.on('error', () => undefined).resume();

    if (bytes === '') {
      all.forEach((seen) => seen.unsubscribe());
      socket.destroy();
    } else {
      socket.write(bytes);
      expect(await all[0]!.ended).toBeInstanceOf(ConnectionError);
      all[1]!.unsubscribe();
      socket.destroy();
    }
    await once(socket, 'close');
    expect(all.map(({ values }) => values)).toEqual([[], []]);
  });
});
