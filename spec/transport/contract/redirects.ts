import { ProtocolError } from '../../../src/errors/protocol-error.js';
import type { Transport, TransportRequest } from '../../../src/transport/transport.js';
import { startServer } from '../../support/loopback.js';
import { failureOf, observe } from '../../support/observe.js';
import { bodyOf, transportRequest } from '../../support/transport-events.js';

const statuses = [301, 302, 303, 307, 308];
const repeatable = [301, 302, 307, 308];

/** Specs of how redirects are handled. */
export function describeRedirects(createTransport: () => Transport, start = startServer): void {
  describeRefusedRedirects(createTransport, start);
  describeFollowedRedirects(createTransport, start);
}

/** Specs of the redirects that are refused. */
export function describeRefusedRedirects(createTransport: () => Transport, start = startServer): void {
  it.each(statuses)('refuses %s by default', async (status) => {
    const server = await start({
      answer: (served) => {
        served.head(status, { location: '/elsewhere' });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(transportRequest(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'protocol', retryable: false });
    expect((error as Error).message).toContain('baseURL');
    expect(server.requests).toBe(1);
  });

  it.each(statuses)('never follows %s to another origin', async (status) => {
    const other = await start();
    const server = await start({
      answer: (served) => {
        served.head(status, { location: `${other.url}/trap` });
        served.end();
      },
    });
    const headers = { authorization: 'Bearer secret-1' };

    const error = await failureOf(createTransport()(followed(server.url, { headers })));

    expect(error).toBeInstanceOf(ProtocolError);
    expect([server.requests, other.connections]).toEqual([1, 0]);
  });

  it.each([
    ['nowhere', undefined],
    ['another scheme', 'ftp://127.0.0.1/'],
  ])('refuses a redirect to %s', async (_where, location) => {
    const server = await start({
      answer: (served) => {
        served.head(307, location === undefined ? {} : { location });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(followed(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(server.requests).toBe(1);
  });

  it.each(['user:password', 'user', ':password'])('refuses a redirect to an address with %s', async (credentials) => {
    const server = await start({
      answer: (served) => {
        served.head(307, { location: `http://${credentials}@${served.headers.host ?? ''}/new` });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(followed(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ retryable: false });
    expect(server.requests).toBe(1);
  });

  it('refuses 303 for a POST, which would become a GET', async () => {
    const server = await start({
      answer: (served) => {
        served.head(303, { location: '/result' });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(followed(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(server.requests).toBe(1);
  });

  it.each([300, 304])('passes on %s, which is not a redirect to follow', async (status) => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(status);
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(seen.values[0]).toMatchObject({ type: 'head', status });
  });
}

/** Specs of the redirects that are followed, by a transport that sees their target, as none in a browser does. */
export function describeFollowedRedirects(createTransport: () => Transport, start = startServer): void {
  it.each(repeatable)('repeats the whole request on the same origin after %s', async (status) => {
    const server = await start();
    const headers = { authorization: 'Bearer secret-1', 'content-type': 'application/json' };
    const seen = observe(createTransport()(followed(`${server.url}/old?a=1`, { headers, body: '{"n":1}' })));

    const first = await server.next();
    first.head(status, { location: '/new?b=2' });
    first.end('moved');
    const second = await server.next();
    second.head(200);
    second.end('here');

    expect(await seen.ended).toBeUndefined();
    expect(second).toMatchObject({ method: 'POST', path: '/new?b=2', headers, body: '{"n":1}' });
    expect(seen.values.filter(({ type }) => type === 'head')).toHaveLength(1);
    expect(bodyOf(seen.values)).toBe('here');
  });

  it('closes the redirecting exchange, even if its body never ends', async () => {
    const server = await start();
    observe(createTransport()(followed(server.url)));

    const first = await server.next();
    first.head(307, { location: '/new' });
    first.write('moved');

    expect(await first.over).toBe('cut');
    expect((await server.next()).path).toBe('/new');
  });

  it('closes the exchange it was redirected to when it is unsubscribed', async () => {
    const server = await start();
    const seen = observe(createTransport()(followed(server.url)));
    const first = await server.next();
    first.head(307, { location: '/new' });
    first.end();
    const second = await server.next();

    seen.unsubscribe();

    expect(await second.over).toBe('cut');
  });

  it('follows 303 for a GET', async () => {
    const server = await start();
    const { body: _, ...request } = followed(server.url, { method: 'GET' });
    const seen = observe(createTransport()(request));
    const first = await server.next();
    first.head(303, { location: '/result' });
    first.end();
    const second = await server.next();
    second.head(200);
    second.end('here');

    expect(await seen.ended).toBeUndefined();
    expect([second.method, second.path]).toEqual(['GET', '/result']);
  });

  it('refuses a redirect to a malformed address', async () => {
    const server = await start({
      answer: (served) => {
        served.head(307, { location: 'http://[' });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(followed(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(server.requests).toBe(1);
  });

  it('follows a redirect again for each subscription', async () => {
    const paths: string[] = [];
    const server = await start({
      answer: (served) => {
        paths.push(served.path);
        served.head(served.path === '/old' ? 307 : 200, { location: '/new' });
        served.end();
      },
    });
    const exchange = createTransport()(followed(`${server.url}/old`));

    await observe(exchange).ended;
    await observe(exchange).ended;

    expect(paths).toEqual(['/old', '/new', '/old', '/new']);
  });

  it('refuses to follow a loop for ever', async () => {
    const server = await start({
      answer: (served) => {
        served.head(307, { location: '/again' });
        served.end();
      },
    });

    const error = await failureOf(createTransport()(followed(server.url)));

    expect(error).toBeInstanceOf(ProtocolError);
    expect(server.requests).toBe(6);
  });
}

function followed(url: string, fields: Partial<TransportRequest> = {}): TransportRequest {
  return transportRequest(url, { redirects: 'same-origin', ...fields });
}
