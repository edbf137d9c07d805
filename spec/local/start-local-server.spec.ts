import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { NEVER, Observable, VirtualTimeScheduler } from 'rxjs';
import { startLocalServer, type LocalModel, type LocalServerConfig } from '../../src/local/index.js';
import { chatBody, post, readEvents } from './local-server.js';

it('listens on a free loopback port and gives the base URL for clients', async () => {
  const server = await startLocalServer();

  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/v1$/u);
  expect((await fetch(`${server.url}/models`)).status).toBe(200);
  await server.close();
});

it.each([
  ['0.0.0.0', /^http:\/\/127\.0\.0\.1:/u],
  ['localhost', /^http:\/\/(127\.0\.0\.1|\[::1\]):/u],
])('gives an address to connect to when it listens on %s', async (host, url) => {
  const server = await startLocalServer({ host });

  expect(server.url).toMatch(url);
  expect((await fetch(`${server.url}/models`)).status).toBe(200);
  await server.close();
});

it('rejects when the port is taken, and says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  await expect(startLocalServer({ port })).rejects.toThrow(
    `The local server cannot listen on 127.0.0.1, port ${port}: the port is taken`,
  );
  other.close();
});

it('rejects when the address is not one of this machine', async () => {
  await expect(startLocalServer({ host: '192.0.2.1' })).rejects.toThrow('cannot listen on 192.0.2.1');
});

it.each<[string, unknown, string]>([
  ['a config that is no object', null, 'the config must be an object'],
  ['an unknown field', { speed: 3 }, 'there is no field speed; there are port, host, key, tokensPerSecond'],
  ['a port that is no number', { port: '80' }, 'port must be a whole number from 0 to 65535'],
  ['a port that is too high', { port: 65_536 }, 'port must be'],
  ['an empty host', { host: '' }, 'host must be'],
  ['a negative pace', { tokensPerSecond: -1 }, 'tokensPerSecond must be a number of 0 or more'],
  ['an infinite pace', { tokensPerSecond: Infinity }, 'tokensPerSecond must be'],
  ['models in a list', { models: [] }, 'models must be an object of functions'],
  ['a model that is no function', { models: { mine: 'text' } }, 'models must be an object of functions'],
  ['a model without a name', { models: { '': () => NEVER } }, 'models must be an object of functions'],
  ['a limit that is none', { rateLimit: 3 }, 'rateLimit must be an object { requests, window }'],
  ['a limit of half a request', { rateLimit: { requests: 0.5, window: 1 } }, 'rateLimit must be'],
  ['a limit without a window', { rateLimit: { requests: 1 } }, 'rateLimit must be'],
  ['a limit in no time', { rateLimit: { requests: 1, window: 0 } }, 'rateLimit must be'],
  ['a silence of no time', { keepAlive: 0 }, 'keepAlive must be a number of milliseconds above 0'],
  [
    'a built-in model that is none',
    { builtIn: ['gpt-4o'] },
    'builtIn must be an array of different names out of docs, echo',
  ],
  ['a built-in model twice', { builtIn: ['echo', 'echo'] }, 'builtIn must be'],
  ['a listener that is none', { onExchange: true }, 'onExchange must be a function'],
  ['a folder that is not there', { pages: '/nowhere/at/all' }, 'pages must be a folder that exists'],
  ['a file in place of a folder', { pages: __filename }, 'pages must be a folder that exists'],
  ['a folder without a name', { pages: '' }, 'pages must be a folder that exists'],
  ['a scheduler that is none', { scheduler: {} }, 'scheduler must be an rxjs scheduler'],
])('throws at the call for %s', (_, config, problem) => {
  const start = (): unknown => startLocalServer(config as LocalServerConfig);

  expect(start).toThrow(TypeError);
  expect(start).toThrow(`startLocalServer: ${problem}`);
});

it('takes a field that is undefined as left out', async () => {
  const server = await startLocalServer({ host: undefined });

  expect(server.url).toContain('127.0.0.1');
  await server.close();
});

it('sends a stream at the pace of its scheduler', async () => {
  const scheduler = new VirtualTimeScheduler();
  const server = await startLocalServer({ tokensPerSecond: 10, scheduler });
  const response = await post(`${server.url}/chat/completions`, chatBody('one two three', { stream: true }));
  scheduler.flush();
  const { objects, last } = await readEvents(response);

  expect(objects).toHaveLength(5);
  expect(last).toBe('[DONE]');
  expect(scheduler.now()).toBe(300);
  await server.close();
});

describe('close', () => {
  it('ends open streams, and stops their models', async () => {
    const stopped = jest.fn();
    const endless: LocalModel = () =>
      new Observable((subscriber) => {
        subscriber.next('one');
        return stopped;
      });
    const server = await startLocalServer({ tokensPerSecond: 0, models: { endless } });
    const response = await post(`${server.url}/chat/completions`, chatBody('', { model: 'endless', stream: true }));
    await server.close();

    expect(stopped).toHaveBeenCalledTimes(1);
    await expect(response.text()).rejects.toThrow();
  });

  it('ends connections that wait for a request', async () => {
    const server = await startLocalServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await server.close();
    await closed;
  });

  it('can be called twice', async () => {
    const server = await startLocalServer();

    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
