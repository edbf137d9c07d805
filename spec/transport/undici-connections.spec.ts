import { once } from 'node:events';
import { get } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { undiciTransport } from '../../src/transport/undici/undici-transport.js';
import { closeServers, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';
import { createQueue } from '../support/queue.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runProgram } from '../support/run-program.js';
import { transportRequest } from '../support/transport-events.js';

/** Accepts connections and sends nothing, so that no TLS handshake is ever finished. */
let silent: Server;
let url: string;
const sockets = createQueue<Socket>();

describe('the connections of undiciTransport', () => {
  expectQuietProcess();

  beforeEach(async () => {
    silent = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      sockets.put(socket);
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await closeServers();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('are closed while they are being opened, once no request waits for them', async () => {
    const seen = observe(undiciTransport()(transportRequest(url)));
    const socket = await sockets.take();
    const closed = once(socket, 'close');

    seen.unsubscribe();

    await closed;
    expect(socket.closed).toBe(true);
  });

  it('are left alone while they are being opened for another request', async () => {
    const transport = undiciTransport();
    const left = observe(transport(transportRequest(url)));
    const stayed = observe(transport(transportRequest(url)));
    const socket = await sockets.take();
    const closed = once(socket, 'close');

    left.unsubscribe();
    // The server accepts connections in order, so a second one of the transport would come first.
    const other = connect((silent.address() as AddressInfo).port, '127.0.0.1');
    const next = await sockets.take();
    expect([socket.closed, next.remotePort]).toEqual([false, other.localPort]);
    other.destroy();
    stayed.unsubscribe();

    await closed;
    expect(socket.closed).toBe(true);
  });

  it('are not replaced when unsubscribing closes one', async () => {
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();

    seen.unsubscribe();
    await served.over;
    // The server accepts connections in order, so any other would be counted before this one.
    const afterwards = once(get(server.url, { agent: false }), 'response');
    (await server.next()).end();
    await afterwards;

    expect(server.connections).toBe(2);
  });

  it('do not keep the process alive when the only request is unsubscribed while it connects', async () => {
    const output = await runProgram(`
    import { undiciTransport } from '../../src/node/index.js';
    import { transportRequest } from './transport-events.js';
    const subscription = undiciTransport()(transportRequest('${url}')).subscribe();
    setImmediate(() => {
      subscription.unsubscribe();
      process.stdout.write('left');
    });
  `);

    expect(output).toBe('left');
  });
});
