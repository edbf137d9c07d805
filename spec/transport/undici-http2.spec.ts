import { Agent, type Dispatcher } from 'undici';
import { ConnectionError } from '../../src/errors/connection-error.js';
import type { Transport } from '../../src/transport/transport.js';
import { undiciTransport } from '../../src/transport/undici/undici-transport.js';
import { createClient } from '../../src/index.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';
import { createCertificate } from '../support/certificate.js';
import { compress } from '../support/compress.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { type Observed, observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { shortestTime } from '../support/shortest-time.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';

let tls: { readonly key: string; readonly cert: string };
let agent: Agent;
let transport: Transport;
let server: LoopbackServer;

/** undici multiplexes only idempotent requests. */
const multiplexed: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch({ ...options, idempotent: true }, handler);

describe('undiciTransport over a dispatcher that allows HTTP/2', () => {
  expectQuietProcess();

  beforeAll(async () => {
    tls = await createCertificate();
  });

  beforeEach(async () => {
    agent = new Agent({ allowH2: true, pipelining: 10, connect: { ca: tls.cert } });
    transport = undiciTransport({ dispatcher: agent.compose(multiplexed) });
    server = await startServer({ tls });
  });

  afterEach(async () => {
    await agent.destroy();
    await closeServers();
  });

  it('streams concurrently over one connection', async () => {
    const opening = observe(transport(transportRequest(server.url)));
    const first = await server.next();
    first.head(200);
    await opening.reached(1);
    const others = [1, 2, 3].map((number) => observe(transport(transportRequest(`${server.url}/${number}`))));
    const served = await Promise.all([server.next(), server.next(), server.next()]);

    for (const exchange of served) {
      exchange.head(200, { 'x-path': exchange.path });
      exchange.write(exchange.path);
    }
    await Promise.all(others.map((seen) => seen.reached(2)));
    served.forEach((exchange) => exchange.end(' done'));
    first.end();

    expect(await Promise.all([opening, ...others].map((seen) => seen.ended))).toEqual(Array(4).fill(undefined));
    expect(others.map((seen) => bodyOf(seen.values))).toEqual(['/1 done', '/2 done', '/3 done']);
    expect([first.httpVersion, server.connections]).toEqual(['2.0', 1]);
  });

  it('sends method, path, headers and body', async () => {
    const headers = { authorization: 'Bearer secret-1', 'content-type': 'application/json' };
    observe(transport(transportRequest(`${server.url}/v1/chat?a=1`, { headers, body: '{"n":1}' })));

    expect(await server.next()).toMatchObject({ method: 'POST', path: '/v1/chat?a=1', headers, body: '{"n":1}' });
  });

  it.each([
    ['before the headers', 0],
    ['after the headers', 1],
    ['in the middle of the body', 2],
  ])('resets only its own stream when it is unsubscribed %s', async (_when, events) => {
    const left = observe(transport(transportRequest(`${server.url}/left`)));
    const leftServed = await server.next();
    const answer = [() => leftServed.head(200), () => leftServed.write('one')];
    await answer.slice(0, events).reduce(async (done, step, index) => {
      await done;
      step();
      await left.reached(index + 1);
    }, Promise.resolve());
    const stayed = observe(transport(transportRequest(`${server.url}/stayed`)));
    const stayedServed = await server.next();
    stayedServed.head(200);
    await stayed.reached(1);

    left.unsubscribe();

    expect(await leftServed.over).toBe('cut');
    stayedServed.end('whole');
    expect(await stayed.ended).toBeUndefined();
    expect(bodyOf(stayed.values)).toBe('whole');
    expect([server.connections, server.openConnections]).toEqual([1, 1]);
  });

  it('resets its stream within 100 ms when it is unsubscribed', async () => {
    const time = await shortestTime(100, async () => {
      const seen = observe(transport(transportRequest(server.url)));
      const served = await server.next();
      served.head(200);
      await seen.reached(1);

      const left = performance.now();
      seen.unsubscribe();
      expect(await served.over).toBe('cut');
      return performance.now() - left;
    });

    expect(time).toBeLessThan(100);
  });

  it('reuses a connection after one of its streams was reset', async () => {
    const sequential = undiciTransport({ dispatcher: agent });
    const left = observe(sequential(transportRequest(server.url)));
    const leftServed = await server.next();
    leftServed.head(200);
    await left.reached(1);
    left.unsubscribe();
    await leftServed.over;

    const seen = observe(sequential(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    served.end('whole');

    expect(await seen.ended).toBeUndefined();
    expect([server.connections, server.openConnections]).toEqual([1, 1]);
  });

  it('decodes compressed answers', async () => {
    const pieces = await compress('br', ['first', 'second']);
    const seen = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'br' });
    pieces.forEach(served.write);
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('firstsecond');
  });

  it('raises ConnectionError when the server resets the stream before the headers', async () => {
    const seen: Observed<unknown> = observe(transport(transportRequest(server.url)));
    (await server.next()).reset();

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
  });

  it('raises ConnectionError when the server resets the stream in the middle of the body', async () => {
    const seen = observe(transport(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    served.write('half');
    await seen.reached(2);
    served.reset();

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(bodyOf(seen.values)).toBe('half');
  });

  // Node ends such a stream as if it were complete, and so does undici. The client notices that the answer is truncated.
  it('ends with an error when the server cancels the stream in the middle', async () => {
    const client = createClient({ baseURL: server.url, transport });
    const seen = observe(client.chat(chatRequest));
    const served = await server.next();
    served.head(200);
    served.write(eventStream(textChunk('Hel')));
    await seen.reached(1);
    served.reset(8);

    expect(await seen.ended).toMatchObject({ name: expect.stringMatching('StreamError|ConnectionError') as unknown });
  });

  it('gives way to HTTP/1.1 when the dispatcher does not allow HTTP/2', async () => {
    const plain = new Agent({ connect: { ca: tls.cert } });
    const seen = observe(undiciTransport({ dispatcher: plain })(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    served.end('whole');

    expect(await seen.ended).toBeUndefined();
    expect(served.httpVersion).toBe('1.1');
    await plain.destroy();
  });

  it('raises ConnectionError for a certificate it does not trust', async () => {
    const seen = observe(undiciTransport()(transportRequest(server.url)));

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(await seen.ended).toMatchObject({ message: expect.stringContaining('CERT') as unknown });
    expect(server.requests).toBe(0);
  });
});
