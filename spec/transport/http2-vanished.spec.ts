import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { ConnectionError } from '../../src/errors/connection-error.js';
import type { Transport } from '../../src/transport/transport.js';
import { createCertificate } from '../support/certificate.js';
import { type Http2Server, type ServedStream, startHttp2Server } from '../support/http2-server.js';
import { type Observed, observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';
import { trustingTransport } from '../support/trusting-transport.js';

/** A way to a server that can be cut without either side being told. */
interface Path {
  readonly url: string;
  readonly connections: number;
  /** Loses what is sent on the connections there are from now on. Those that come later work. */
  readonly cut: () => void;
  readonly close: () => Promise<unknown>;
}

async function startPath(port: number): Promise<Path> {
  const ends: Socket[] = [];
  const server = createServer((outer) => {
    const inner = connect(port, '127.0.0.1');
    [outer, inner].forEach((end) => end.on('error', () => undefined));
    outer.pipe(inner).pipe(outer);
    ends.push(outer, inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return ends.length / 2;
    },
    cut: () => ends.forEach((end) => end.unpipe().resume()),
    close: () => {
      ends.forEach((end) => end.destroy());
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

let tls: Awaited<ReturnType<typeof createCertificate>>;
let transport: Transport;
let server: Http2Server;
let path: Path;

function request(): Observed<unknown> {
  return observe(transport(transportRequest(path.url)));
}

function answer({ stream }: ServedStream): void {
  stream.respond({ ':status': 200 });
  stream.end('whole');
}

/** Opens the connection, and begins an answer over it that goes on. */
async function begin(): Promise<{ readonly running: ReturnType<typeof request>; readonly served: ServedStream }> {
  const running = request();
  const served = await server.next();
  served.begin('half');
  await running.reached(2);
  return { running, served };
}

describe('an HTTP/2 connection whose server has vanished', () => {
  expectQuietProcess();
  beforeAll(async () => {
    tls = await createCertificate();
  });
  beforeEach(async () => {
    transport = trustingTransport(tls.cert);
    server = await startHttp2Server(tls);
    path = await startPath(Number(new URL(server.url).port));
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await path.close();
    await server.close();
  });

  it('takes no further request once one was given up that had no answer', async () => {
    const { running } = await begin();
    path.cut();
    const silent = request();
    jest.advanceTimersByTime(5_000);
    silent.unsubscribe();

    const again = request();
    answer(await server.next());

    expect(await again.ended).toBeUndefined();
    expect(path.connections).toBe(2);
    running.unsubscribe();
  });

  it.each(['that had no answer', 'in the middle of its answer'])(
    'is closed 20 seconds after a request was given up %s',
    async (when) => {
      const { running } = await begin();
      const other = await begin();
      path.cut();
      const given = when === 'that had no answer' ? request() : other.running;
      given.unsubscribe();
      jest.advanceTimersByTime(5_000);
      await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(15_000);

      const error = await running.ended;
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('(ETIMEDOUT)') as unknown });
      const again = request();
      answer(await server.next());
      expect(await again.ended).toBeUndefined();
      expect(path.connections).toBe(2);
    },
  );

  it('is not closed, nor asked for a sign of life, while anything arrives', async () => {
    const { running, served } = await begin();
    let pings = 0;
    server.sessions[0]!.on('ping', () => (pings += 1));
    request().unsubscribe();
    served.stream.write(' and');
    await running.reached(3);
    jest.advanceTimersByTime(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    served.stream.end(' half');

    expect(await running.ended).toBeUndefined();
    expect([pings, path.connections]).toEqual([0, 1]);
  });

  it('is not closed if the server is only slow to answer a request that is given up', async () => {
    const { running, served } = await begin();
    const slow = request();
    const { stream } = await server.next();
    jest.advanceTimersByTime(600_000);
    slow.unsubscribe();
    await once(stream, 'close');
    await new Promise<void>((resolve) => server.sessions[0]!.ping(() => resolve()));
    jest.advanceTimersByTime(600_000);

    const next = request();
    answer(await server.next());
    expect(await next.ended).toBeUndefined();
    served.stream.end(' and half');

    expect(await running.ended).toBeUndefined();
    expect([bodyOf(running.values as never), path.connections]).toEqual(['half and half', 1]);
  });
});
