import type { Transport } from '../../../src/transport/transport.js';
import { startServer } from '../../support/loopback.js';
import { observe } from '../../support/observe.js';
import { bodyOf, transportRequest } from '../../support/transport-events.js';

/** Specs of exchanges that succeed. */
export function describeExchanges(createTransport: () => Transport, start = startServer): void {
  it('sends nothing before it is subscribed', async () => {
    const server = await start();
    const transport = createTransport();

    transport(transportRequest(`${server.url}/first`));
    observe(transport(transportRequest(`${server.url}/second`)));

    expect((await server.next()).path).toBe('/second');
    expect(server.requests).toBe(1);
  });

  it('makes one request for each subscription', async () => {
    const server = await start();
    const exchange = createTransport()(transportRequest(server.url));

    for (const answer of ['first', 'second']) {
      const seen = observe(exchange);
      const served = await server.next();
      served.head(200);
      served.end(answer);
      await seen.ended;
      expect(bodyOf(seen.values)).toBe(answer);
    }

    expect(server.requests).toBe(2);
  });

  it('emits the head, then the body as it arrives, and completes', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(201, { 'content-type': 'text/event-stream', 'x-request-id': 'r-1' });
    await seen.reached(1);
    served.write('one');
    await seen.reached(2);
    served.write('two');
    await seen.reached(3);
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(seen.values.map(({ type }) => type)).toEqual(['head', 'data', 'data']);
    expect(seen.values[0]).toMatchObject({ type: 'head', status: 201 });
    const { headers } = seen.values[0] as { headers: Headers };
    expect([headers.get('Content-Type'), headers.get('x-request-id')]).toEqual(['text/event-stream', 'r-1']);
    expect(bodyOf(seen.values)).toBe('onetwo');
  });

  it('emits the body as Uint8Arrays', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200);
    served.end('text');
    await seen.ended;

    expect(seen.values[1]).toMatchObject({ type: 'data', bytes: expect.any(Uint8Array) as unknown });
  });

  it.each([
    ['text', '{"text":"größer"}'],
    ['bytes', new TextEncoder().encode('{"text":"größer"}')],
  ])('sends method, path, query, headers and a body of %s', async (_kind, body) => {
    const server = await start();
    const headers = { authorization: 'Bearer secret-1', 'content-type': 'application/json', 'x-mine': 'yes' };
    observe(createTransport()(transportRequest(`${server.url}/v1/chat?api-version=2&q=%C3%A4`, { headers, body })));

    const served = await server.next();

    expect(served).toMatchObject({ method: 'POST', path: '/v1/chat?api-version=2&q=%C3%A4', headers });
    expect(served.body).toBe('{"text":"größer"}');
  });

  it('sends no body if the request has none', async () => {
    const server = await start();
    const { body: _, ...request } = transportRequest(server.url, { method: 'GET' });
    observe(createTransport()(request));

    const served = await server.next();

    expect([served.method, served.body]).toEqual(['GET', '']);
  });

  it('emits the head and body of an error status', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(503, { 'retry-after': '3' });
    served.end('busy');

    expect(await seen.ended).toBeUndefined();
    expect(seen.values[0]).toMatchObject({ type: 'head', status: 503 });
    expect(bodyOf(seen.values)).toBe('busy');
  });

  it('joins several headers of one name', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'x-two': ['a', 'b'] });
    await seen.reached(1);

    expect((seen.values[0] as { headers: Headers }).headers.get('x-two')).toBe('a, b');
  });

  it('completes without data when the body is empty', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(204);
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(1);
  });

  if (start === startServer) {
    describeRawAnswers(createTransport);
  }
}

/** Specs of answers that a server of Node does not send, written as they are over HTTP/1.1. */
function describeRawAnswers(createTransport: () => Transport): void {
  it('ignores early hints before the answer', async () => {
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.writeRaw('HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n');
    served.head(200, { 'x-final': 'yes' });
    served.end('text');

    expect(await seen.ended).toBeUndefined();
    expect(seen.values.map((event) => (event.type === 'head' ? event.status : event.type))).toEqual([200, 'data']);
  });

  it('reads an HTTP/1.0 answer until the connection closes', async () => {
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    const head = 'HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\naccess-control-allow-origin: *\r\n\r\n';
    served.writeRaw(`${head}data: 1\n\n`);
    await seen.reached(2);
    served.writeRaw('data: 2\n\n');
    served.hangUp();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('data: 1\n\ndata: 2\n\n');
  });
}
