import { config, Observable, VirtualTimeScheduler } from 'rxjs';
import { startLocalServer, type LocalExchange, type LocalModel, type LocalServer } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { chatBody, post } from './local-server.js';

describe('onExchange', () => {
  const exchanges = createQueue<LocalExchange>();
  const scheduler = new VirtualTimeScheduler();
  const endless: LocalModel = () => new Observable((subscriber) => subscriber.next('one'));

  let server: LocalServer;

  beforeEach(async () => {
    const onExchange = exchanges.put;
    server = await startLocalServer({ tokensPerSecond: 0, models: { endless }, onExchange, scheduler });
  });

  afterEach(() => server.close());

  it('is called with an answered request, without its query', async () => {
    await (await post(`${server.url}/chat/completions?key=secret`, chatBody('Hello'))).text();

    expect(await exchanges.take()).toEqual({
      startedAt: scheduler.now(),
      duration: 0,
      method: 'POST',
      path: '/v1/chat/completions',
      model: 'echo',
      status: 200,
      outcome: 'answered',
    });
  });

  it.each<[string, string, RequestInit, Partial<LocalExchange>]>([
    ['a list', '/models', {}, { method: 'GET', status: 200, model: undefined }],
    ['a model', '/models/echo', { method: 'HEAD' }, { method: 'HEAD', status: 200, model: 'echo' }],
    ['an unknown model', '/models/gpt-0', {}, { status: 404, model: 'gpt-0' }],
    ['a preflight', '/chat/completions', { method: 'OPTIONS' }, { method: 'OPTIONS', status: 204 }],
    ['an unknown path', '/nowhere', {}, { path: '/v1/nowhere', status: 404 }],
    ['a body that is not JSON', '/completions', { method: 'POST', body: '{' }, { status: 400, model: undefined }],
  ])('is called for %s', async (_, path, init, exchange) => {
    await (await fetch(server.url + path, init)).text();

    expect(await exchanges.take()).toMatchObject({ ...exchange, outcome: 'answered' });
  });

  it('is called with the duration until the stream ended', async () => {
    const { body } = await post(`${server.url}/chat/completions`, chatBody('', { model: 'endless', stream: true }));
    const startedAt = scheduler.now();
    scheduler.schedule(() => undefined, 1500);
    scheduler.flush();
    await body!.cancel();

    expect(await exchanges.take()).toMatchObject({ startedAt, duration: 1500, status: 200, outcome: 'aborted' });
  });

  it('is called without a status if the client disconnected before there was one', async () => {
    const leaving = new AbortController();
    const silent: LocalModel = () => new Observable(() => leaving.abort());
    const other = await startLocalServer({ models: { silent }, onExchange: exchanges.put });
    const body = JSON.stringify(chatBody('', { model: 'silent', stream: true }));
    const asked = fetch(`${other.url}/chat/completions`, { method: 'POST', body, signal: leaving.signal });

    await expect(asked).rejects.toThrow();
    expect(await exchanges.take()).toMatchObject({ model: 'silent', status: undefined, outcome: 'aborted' });
    await other.close();
  });

  it('is called with broken for a stream that close ends, before close resolves', async () => {
    const seen: LocalExchange[] = [];
    const closing = await startLocalServer({ models: { endless }, onExchange: (exchange) => seen.push(exchange) });
    const response = await post(`${closing.url}/chat/completions`, chatBody('', { model: 'endless', stream: true }));
    await closing.close();

    expect(seen).toMatchObject([{ model: 'endless', status: 200, outcome: 'broken' }]);
    await expect(response.text()).rejects.toThrow();
  });

  it('may throw, which rxjs reports and the server survives', async () => {
    const problem = new Error('No room for logs');
    const reported = createQueue<unknown>();
    config.onUnhandledError = reported.put;
    const careless = await startLocalServer({
      onExchange: () => {
        throw problem;
      },
    });

    expect((await fetch(`${careless.url}/models`)).status).toBe(200);
    expect(await reported.take()).toBe(problem);
    expect((await fetch(`${careless.url}/models`)).status).toBe(200);
    expect(await reported.take()).toBe(problem);
    await careless.close();
    config.onUnhandledError = null;
  });
});
