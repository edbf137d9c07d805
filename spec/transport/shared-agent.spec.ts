import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { undiciTransport } from '../../src/transport/undici-transport.js';
import { observe } from '../support/observe.js';
import { createQueue } from '../support/queue.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runProgram } from '../support/run-program.js';
import { transportRequest } from '../support/transport-events.js';

/** Takes connections and never says a word, so that no TLS connection is ever made. */
let silent: Server;
let url: string;
const sockets = createQueue<Socket>();

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
  await new Promise((resolve) => silent.close(resolve));
});

it('gives up a connection that is still being made when nobody waits for it', async () => {
  const seen = observe(undiciTransport()(transportRequest(url)));
  const socket = await sockets.take();
  const closed = once(socket, 'close');

  seen.unsubscribe();

  await closed;
  expect(socket.closed).toBe(true);
});

it('keeps a connection that is still being made while another request waits for it', async () => {
  const transport = undiciTransport();
  const left = observe(transport(transportRequest(url)));
  const first = await sockets.take();
  const stayed = observe(transport(transportRequest(url)));
  const second = await sockets.take();

  left.unsubscribe();
  expect([first.closed, second.closed]).toEqual([false, false]);
  const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
  stayed.unsubscribe();

  await closed;
  expect([first.closed, second.closed]).toEqual([true, true]);
});

it('lets the process end when its only request is left while it connects', async () => {
  const output = await runProgram(`
    import { undiciTransport } from '../../src/transport/undici-transport.js';
    import { transportRequest } from './transport-events.js';
    const subscription = undiciTransport()(transportRequest('${url}')).subscribe();
    setImmediate(() => {
      subscription.unsubscribe();
      process.stdout.write('left');
    });
  `);

  expect(output).toBe('left');
});
