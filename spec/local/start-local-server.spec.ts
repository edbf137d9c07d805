import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Observable, VirtualTimeScheduler } from 'rxjs';
import { startLocalServer, type LocalModel, type LocalServerConfig } from '../../src/local/index.js';
import { chatBody, post, readEvents } from './local-server.js';

describe('startLocalServer', () => {
  it('listens on a free loopback port, and returns the base URL for clients', async () => {
    const server = await startLocalServer();

    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/v1$/u);
    expect((await fetch(`${server.url}/models`)).status).toBe(200);
    await server.close();
  });

  it.each([
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:/u],
    ['localhost', /^http:\/\/(127\.0\.0\.1|\[::1\]):/u],
  ])('returns a URL to connect to when it listens on %s', async (host, url) => {
    const server = await startLocalServer({ host });

    expect(server.url).toMatch(url);
    expect((await fetch(`${server.url}/models`)).status).toBe(200);
    await server.close();
  });

  it('rejects with the reason when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    await expect(startLocalServer({ port })).rejects.toThrow(
      `The local server cannot listen on 127.0.0.1, port ${port}: the port is taken`,
    );
    other.close();
  });

  it('rejects when the address does not belong to this machine', async () => {
    await expect(startLocalServer({ host: '192.0.2.1' })).rejects.toThrow('cannot listen on 192.0.2.1');
  });

  it.each<[string, unknown, string]>([
    ['a string for the port', { port: '80' }, 'port must be a whole number from 0 to 65535'],
    ['a port that is too high', { port: 65_536 }, 'port must be'],
    ['an empty host', { host: '' }, 'host must be'],
    ['a negative pace', { tokensPerSecond: -1 }, 'tokensPerSecond must be a number, 0 or more'],
    ['an infinite pace', { tokensPerSecond: Infinity }, 'tokensPerSecond must be'],
    ['a list of models', { models: [] }, 'models must be an object of functions'],
    ['a model that is not a function', { models: { mine: 'text' } }, 'models must be an object of functions'],
    ['a number for the rate limit', { rateLimit: 3 }, 'rateLimit must be an object { requests, window }'],
    ['a rate limit of half a request', { rateLimit: { requests: 0.5, window: 1 } }, 'rateLimit must be'],
    ['a rate limit without a window', { rateLimit: { requests: 1 } }, 'rateLimit must be'],
    ['a rate limit with a window of 0', { rateLimit: { requests: 1, window: 0 } }, 'rateLimit must be'],
    ['a keep-alive of 0', { keepAlive: 0 }, 'keepAlive must be a number of milliseconds above 0'],
    ['an unknown built-in model', { builtIn: ['gpt-4o'] }, 'builtIn must be an array of names from docs, echo'],
    ['a listener that is not a function', { onExchange: true }, 'onExchange must be a function'],
    ['a folder that does not exist', { pages: '/nowhere/at/all' }, 'pages must be a folder that exists'],
    ['a file for the folder', { pages: __filename }, 'pages must be a folder that exists'],
    ['an empty path for the folder', { pages: '' }, 'pages must be a folder that exists'],
    ['an object that is not a scheduler', { scheduler: {} }, 'scheduler must be an rxjs scheduler'],
  ])('throws at the call for %s', (_, config, problem) => {
    const start = (): unknown => startLocalServer(config as LocalServerConfig);

    expect(start).toThrow(TypeError);
    expect(start).toThrow(`startLocalServer: ${problem}`);
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'The configuration of startLocalServer must be an object'],
    [
      'an unknown field',
      { speed: 3 },
      'Unknown field "speed" in the configuration of startLocalServer; known: port, host, key, tokensPerSecond',
    ],
    ['a misspelt field', { tokenspersecond: 3 }, 'use tokensPerSecond'],
  ])('throws at the call for %s', (_, config, problem) => {
    const start = (): unknown => startLocalServer(config as LocalServerConfig);

    expect(start).toThrow(TypeError);
    expect(start).toThrow(problem);
  });

  it('treats an undefined field like a missing one', async () => {
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
    it('ends open streams and stops their models', async () => {
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

    it('ends idle connections', async () => {
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
});
