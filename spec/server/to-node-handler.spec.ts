import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type RequestListener, Agent } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect, type AddressInfo, type Server } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip, gunzipSync } from 'node:zlib';
import { firstValueFrom, NEVER, Observable, of, Subject } from 'rxjs';
import { sendEventStream, toEventStream, toNodeHandler, type EventStreamValue } from '../../src/server/index.js';
import { chatChunk } from '../support/chunks.js';

const servers: Server[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

afterEach(async () => {
  agent.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function serve(listener: RequestListener): Promise<number> {
  return listen(createServer(listener));
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

async function ask(port: number, { body, ...asked }: Asked = {}): Promise<IncomingMessage & { text: string }> {
  const request = send({ port, host: '127.0.0.1', agent, ...asked });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(response, 'end');
  return Object.assign(response, { text });
}

describe('toNodeHandler', () => {
  it('gives the handler method, path, headers and body, but no host of the client', async () => {
    const port = await serve(
      toNodeHandler(async (request) => {
        const { method, url, headers } = request;
        return Response.json({ method, url, tag: headers.get('x-tag'), body: await request.text() });
      }),
    );
    const paths = ['/v1/chat?x=1', '//evil.test/chat', 'http://evil.test/v1?x=1'];
    for (const path of paths) {
      const headers = { host: 'evil.test', 'x-tag': ['a', 'b'] };
      const { text } = await ask(port, { method: 'POST', path, headers, body: 'Grüße' });
      const local = `http://localhost${path.replace(/^http:\/\/evil.test/u, '')}`;

      expect(JSON.parse(text)).toEqual({ method: 'POST', url: local, tag: 'a, b', body: 'Grüße' });
    }
  });

  it.each<[string, unknown, string]>([
    ['an object', { model: 'm' }, '{"model":"m"}'],
    ['text', 'plain', 'plain'],
    ['bytes', Buffer.from('bytes'), 'bytes'],
    ['nothing', undefined, ''],
  ])('takes a body that a parser has read as %s', async (_, body, expected) => {
    const handler = toNodeHandler(async (request) => {
      const fields = ['content-encoding', 'content-length'].filter((name) => request.headers.has(name));
      return Response.json([await request.text(), fields]);
    });
    const port = await serve((request, response) => {
      request.resume().on('end', () => handler(Object.assign(request, { body }), response));
    });
    const { text } = await ask(port, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'compressed' });

    expect(JSON.parse(text)).toEqual([expected, []]);
  });

  it('reads the body itself where a parser only left an empty object', async () => {
    const handler = toNodeHandler(async (request) => new Response(await request.text()));
    const port = await serve((request, response) => handler(Object.assign(request, { body: {} }), response));

    expect((await ask(port, { method: 'POST', body: 'read late' })).text).toBe('read late');
  });

  it('sends status, headers and several cookies, besides those that were set before', async () => {
    const handler = toNodeHandler(() => {
      const headers = new Headers({ 'x-tag': 'a' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response('made', { status: 201, headers });
    });
    const port = await serve((request, response) => {
      response.setHeader('set-cookie', 'session=0');
      handler(request, response);
    });
    const { statusCode, headers, text } = await ask(port);

    expect([statusCode, headers['x-tag'], text]).toEqual([201, 'a', 'made']);
    expect(headers['set-cookie']).toEqual(['session=0', 'a=1', 'b=2']);
  });

  it('sends no body for HEAD and for a status without one, and keeps the connection', async () => {
    let subscriptions = 0;
    let connections = 0;
    const endless = (): Response => toEventStream(new Observable<EventStreamValue>(() => void (subscriptions += 1)));
    const handler = toNodeHandler(({ method, url }) =>
      method === 'HEAD' ? endless() : new Response(null, { status: Number(url.slice(-3)) }),
    );
    const server = createServer(handler).on('connection', () => (connections += 1));
    const port = await listen(server);

    for (const status of [204, 205, 304]) {
      const { statusCode, text } = await ask(port, { path: `/${status}` });
      expect([statusCode, text]).toEqual([status, '']);
    }
    // Last, since Node's own client does not use a connection again after it.
    const head = await ask(port, { method: 'HEAD' });
    expect([head.statusCode, head.headers['content-type'], head.text]).toEqual([200, 'text/event-stream', '']);
    expect([head.headers.connection, connections, subscriptions]).toEqual(['keep-alive', 1, 0]);
  });

  it('serves the next request of a connection although the body before was not read to its end', async () => {
    let connections = 0;
    const handler = toNodeHandler(async (request) => {
      if (request.headers.get('x-read') !== null) {
        await request.body!.getReader().read();
      }
      return new Response('enough', { status: 413 });
    });
    const port = await listen(createServer(handler).on('connection', () => (connections += 1)));
    for (const headers of [{}, { 'x-read': '1' }, {}]) {
      const { statusCode, text } = await ask(port, { method: 'POST', headers, body: 'x'.repeat(500_000) });
      expect([statusCode, text]).toEqual([413, 'enough']);
    }
    expect(connections).toBe(1);
  });

  it.each<[string, () => Promise<Response>]>([
    ['fails', () => Promise.reject(new Error('private'))],
    [
      'throws',
      () => {
        throw new Error('private');
      },
    ],
    ['gives nothing', () => Promise.resolve(undefined as unknown as Response)],
  ])('answers 500 without a text when the handler %s', async (_, handle) => {
    const { statusCode, text } = await ask(await serve(toNodeHandler(handle)));

    expect([statusCode, text]).toEqual([500, '']);
  });

  it('answers 400 to a method that a web request cannot have', async () => {
    const port = await serve(toNodeHandler(() => new Response('reached')));

    expect((await ask(port, { method: 'TRACE' })).statusCode).toBe(400);
  });

  it('breaks the connection off when the body fails', async () => {
    const handle = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            controller.enqueue(new TextEncoder().encode('begun'));
            controller.error(new Error('private'));
          },
        }),
      );
    const port = await serve(toNodeHandler(handle));

    await expect(ask(port)).rejects.toThrow();
  });

  it('aborts the signal of the request when the client leaves before the answer', async () => {
    const asked = new Subject<void>();
    const aborted = new Promise((resolve) => {
      void serve(
        toNodeHandler((request) => {
          request.signal.addEventListener('abort', () => resolve(request.signal.aborted));
          asked.next();
          return new Promise(() => undefined);
        }),
      ).then((port) => {
        const client = send({ port, host: '127.0.0.1' }).on('error', () => undefined);
        asked.subscribe(() => client.destroy());
        client.end();
      });
    });

    expect(await aborted).toBe(true);
  });

  it('aborts the signal of a request of which the handler keeps nothing else', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const asked = new Subject<void>();
    let abort: () => void;
    const aborted = new Promise<void>((resolve) => (abort = resolve));
    const port = await serve(
      toNodeHandler(({ signal }) => {
        signal.addEventListener('abort', () => abort());
        asked.next();
        return new Promise(() => undefined);
      }),
    );
    const isAsked = firstValueFrom(asked);
    const client = send({ port, host: '127.0.0.1' }).on('error', () => undefined);
    client.end();
    await isAsked;
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    client.destroy();

    await expect(aborted).resolves.toBeUndefined();
  });

  it('does not abort the signal of a request that was answered', async () => {
    let signal: AbortSignal | undefined;
    const handler = toNodeHandler((asked) => {
      signal = asked.signal;
      return new Response('done');
    });
    const closed = new Subject<void>();
    const isClosed = firstValueFrom(closed);
    const port = await serve((request, response) => {
      response.on('close', () => closed.next());
      handler(request, response);
    });
    await ask(port);
    await isClosed;

    expect(signal!.aborted).toBe(false);
  });

  it('reads no more of the body than the socket takes', async () => {
    let pulled = 0;
    let cancel: () => void;
    const cancelled = new Promise<void>((resolve) => (cancel = resolve));
    const piece = new Uint8Array(2 ** 16);
    const port = await serve(
      toNodeHandler(
        () =>
          new Response(
            new ReadableStream({
              pull: (controller) => {
                pulled += 1;
                controller.enqueue(piece);
              },
              cancel: () => cancel(),
            }),
          ),
      ),
    );
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'readable');
    let before = -1;
    while (before !== pulled) {
      before = pulled;
      for (let turn = 0; turn < 200; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(pulled).toBeLessThan(1000);

    client.destroy();
    await cancelled;
  });

  it('goes on when the buffer of middleware that compresses has room, and listens to it once', async () => {
    let left = 40;
    const piece = new Uint8Array(2 ** 16);
    const handler = toNodeHandler(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
          }),
        ),
    );
    const gzip = createGzip();
    const port = await serve((request, response) => {
      // What the package compression replaces of a response.
      const write = response.write.bind(response);
      const end = response.end.bind(response);
      const on = response.on.bind(response);
      gzip.on('data', (compressed: Uint8Array) => write(compressed)).on('end', () => end());
      handler(
        request,
        Object.assign(response, {
          write: (bytes: Uint8Array) => gzip.write(bytes),
          end: () => gzip.end(),
          on: (event: string, listener: () => void) =>
            event === 'drain' ? gzip.on(event, listener) : on(event, listener),
        }),
      );
    });
    const client = send({ port, host: '127.0.0.1' });
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    const compressed = (await response.toArray()) as Uint8Array[];

    expect(gunzipSync(Buffer.concat(compressed))).toHaveLength(40 * piece.length);
    expect(gzip.listenerCount('drain')).toBeLessThan(3);
  });

  it('serves on when a client leaves a body that cannot be cancelled', async () => {
    let cancel: () => void;
    const cancelled = new Promise<void>((resolve) => (cancel = resolve));
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        cancel();
        throw new Error('The store is gone');
      },
    });
    const port = await serve(toNodeHandler(({ url }) => new Response(url.endsWith('/body') ? body : 'served')));
    const client = send({ port, host: '127.0.0.1', path: '/body' }).on('error', () => undefined);
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    client.destroy();
    await cancelled;

    // A rejection that nobody handles would end the process.
    expect((await ask(port)).text).toBe('served');
  });

  it('serves HTTP/2 through its compatible API', async () => {
    const handler = toNodeHandler(async (request) => {
      const headers = { 'set-cookie': 'a=1' };
      return new Response(`${request.method} ${request.url} ${await request.text()}`, { status: 201, headers });
    });
    const server = createHttp2Server(handler);
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    for (const [method, body] of [
      ['POST', 'POST http://localhost/v1?x=1 sent'],
      ['HEAD', ''],
    ] as const) {
      const stream = session.request({ ':method': method, ':path': '/v1?x=1', ':authority': 'evil.test' });
      stream.end(method === 'POST' ? 'sent' : undefined);
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      let text = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      await once(stream, 'end');

      expect([headers[':status'], headers['set-cookie'], text]).toEqual([201, ['a=1'], body]);
    }
    session.close();
  });

  it('refuses what is not a handler', () => {
    expect(() => toNodeHandler(1 as never)).toThrow(TypeError);
  });
});

describe('sendEventStream', () => {
  it('sends events with the headers of an event stream', async () => {
    const event = chatChunk({ content: 'Hello' });
    const port = await serve((_, response) => sendEventStream(of(event), response));
    const { headers, text } = await ask(port);

    expect(headers['content-type']).toBe('text/event-stream');
    expect(headers['x-accel-buffering']).toBe('no');
    expect(text).toBe(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`);
  });

  it.each(['HTTP/1', 'HTTP/2'])('unsubscribes the source when the client leaves over %s', async (version) => {
    let unsubscribe: () => void;
    const unsubscribed = new Promise<void>((resolve) => (unsubscribe = resolve));
    const source = new Observable<EventStreamValue>((subscriber) => {
      subscriber.next(chatChunk({ content: 'Hello' }));
      return () => unsubscribe();
    });
    if (version === 'HTTP/1') {
      const port = await serve((_, response) => sendEventStream(source, response));
      const client = send({ port, host: '127.0.0.1' }).on('error', () => undefined);
      client.on('response', (response) => response.once('data', () => client.destroy())).end();
    } else {
      const port = await listen(createHttp2Server((_, response) => sendEventStream(source, response)));
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      const stream = session.request({ ':path': '/' });
      stream.once('data', () => session.destroy());
    }
    await unsubscribed;
  });

  it('never subscribes for a client that is gone', async () => {
    const source = new Subject<EventStreamValue>();
    const sent = new Promise<void>((resolve) => {
      void serve((request, response) => {
        response.on('close', () => {
          sendEventStream(source, response);
          setImmediate(resolve);
        });
        request.socket.destroy();
      }).then((port) => ask(port).catch(() => undefined));
    });
    await sent;

    expect(source.observed).toBe(false);
  });

  it('throws without a response', () => {
    expect(() => sendEventStream(NEVER, undefined as never)).toThrow(
      new TypeError('response must be a response of node:http or Express, not undefined'),
    );
  });

  it('throws for a wrong configuration before anything is sent', async () => {
    const port = await serve((_, response) => {
      expect(() => sendEventStream(NEVER, response, { heartbeat: -1 })).toThrow(TypeError);
      response.end('free');
    });

    expect((await ask(port)).text).toBe('free');
  });
});
