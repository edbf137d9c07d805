import { ConnectionError } from '../../../src/errors/connection-error.js';
import type { Transport } from '../../../src/transport/transport.js';
import { deserted, type ServedExchange, startServer } from '../../support/loopback.js';
import { failureOf, observe } from '../../support/observe.js';
import { bodyOf, transportRequest } from '../../support/transport-events.js';

/** The start of a head that is written as raw bytes. CORS lets pages of other origins read it. */
const statusLine = 'HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\n';

type BrokenBody = readonly [string, (served: ServedExchange) => void];

const startHalf = (served: ServedExchange): void => {
  served.head(200);
  served.write('half');
};

const brokenBodies: readonly BrokenBody[] = [
  ['reset', startHalf],
  ['cut by the end of its connection', startHalf],
];

const brokenFraming: readonly BrokenBody[] = [
  ['shorter than its content length', (served) => served.writeRaw(`${statusLine}content-length: 10\r\n\r\nhalf`)],
  ['cut inside a chunk', (served) => served.writeRaw(`${statusLine}transfer-encoding: chunked\r\n\r\n9\r\nhalf`)],
];

/** Specs of exchanges that fail. */
export function describeBreakage(createTransport: () => Transport, start = startServer): void {
  it('raises ConnectionError when no server listens', async () => {
    const error = await failureOf(createTransport()(transportRequest(await deserted(start))));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ kind: 'connection', retryable: true });
  });

  it('raises ConnectionError when the connection is reset before the headers', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));

    (await server.next()).reset();

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(await seen.ended).toMatchObject({
      retryable: true,
      message: expect.stringContaining(server.url) as unknown,
    });
    expect(seen.values).toEqual([]);
  });

  it('raises ConnectionError when the connection closes before the headers', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));

    (await server.next()).hangUp();

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
  });

  it.each(start === startServer ? [...brokenBodies, ...brokenFraming] : brokenBodies)(
    'raises ConnectionError for a body that is %s, after what arrived',
    async (how, answer) => {
      const server = await start();
      const seen = observe(createTransport()(transportRequest(server.url)));
      const served = await server.next();

      answer(served);
      await seen.reached(2);
      if (how === 'reset') {
        served.reset();
      } else {
        served.hangUp();
      }

      expect(await seen.ended).toBeInstanceOf(ConnectionError);
      expect(bodyOf(seen.values)).toBe('half');
    },
  );

  if (start === startServer) {
    it('raises an error for an answer that is not HTTP', async () => {
      const server = await start();
      const seen = observe(createTransport()(transportRequest(server.url)));

      (await server.next()).writeRaw('SSH-2.0-server\r\n\r\n');

      // A browser does not tell it from a broken connection.
      expect(await seen.ended).toMatchObject({
        name: expect.stringMatching(/^(?:Protocol|Connection)Error$/u) as unknown,
      });
    });
  }

  it('sends the request again when it is subscribed to after a failure', async () => {
    const server = await start();
    const exchange = createTransport()(transportRequest(server.url));
    const failed = observe(exchange);
    (await server.next()).reset();
    await failed.ended;

    const seen = observe(exchange);
    const served = await server.next();
    served.head(200);
    served.end('whole');

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('whole');
  });
}
