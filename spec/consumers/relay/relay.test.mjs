/* Lets a client without a key read through each server of README; the model's server demands the key. */
import { serve } from '@hono/node-server';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Miniflare } from 'miniflare';
import { concat, filter, firstValueFrom, from, lastValueFrom, map, of, Subject, take, tap, toArray } from 'rxjs';
import { createClient, decodeEvents, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const key = 'sk-of-the-server';
const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
const exchanges = new Subject();
const goOn = new Subject();
const upstream = await startLocalServer({
  key,
  models: { 'gpt-4o-mini': () => concat(of('Hel'), goOn.pipe(take(1))) },
  onExchange: (exchange) => exchanges.next(exchange),
});
after(() => upstream.close());
process.env.OPENAI_BASE_URL = upstream.url;
process.env.OPENAI_API_KEY = key;
const { started } = await import('./built/app.js');

describeServer('node:http', () => startExample('node'));
describeServer('Express', () => startExample('express'));
describeServer('Express with express.json()', () => startExample('express-json'));
describeServer('Hono on Node', async () => {
  const { default: app } = await import('./built/hono.js');
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ port, close: () => closeServer(server) }),
    );
  });
});
describeServer('a Worker', async () => {
  const worker = new Miniflare({
    modules: true,
    scriptPath: 'built/worker.bundle.js',
    compatibilityDate: '2026-07-01',
    bindings: { OPENAI_API_KEY: key, OPENAI_BASE_URL: upstream.url },
  });
  const { port } = await worker.ready;
  return { port, close: () => worker.dispose() };
});

describe('an endpoint of your own', () => {
  it('answers with a web response', async () => {
    const { GET } = await import('./built/endpoint.js');
    const data = from(GET().body).pipe(
      decodeEvents(),
      map((event) => event.data),
      tap((text) => text.includes('Hel') && goOn.next('lo')),
      toArray(),
    );

    assert.match((await lastValueFrom(data)).join('\n'), /Hel.*lo.*\[DONE\]/su);
  });
});

function describeServer(name, start) {
  describe(name, () => {
    let server;
    let page;
    before(async () => {
      server = await start();
      page = createClient({ baseURL: `http://127.0.0.1:${server.port}/v1`, headers: { cookie: 'session=ada' } });
    });
    after(() => server.close());

    it('streams as the answer comes, and replays it by its id', async () => {
      let streamId;
      const texts = page.chat(request, { onResponse: (head) => (streamId = head.streamId) }).pipe(
        textDeltas(),
        tap((text) => text === 'Hel' && goOn.next('lo')),
        toArray(),
      );

      assert.deepEqual(await lastValueFrom(texts), ['Hel', 'lo']);
      const again = page.resumeStream(streamId, { api: 'chat' }).pipe(textDeltas(), toText());
      assert.equal(await lastValueFrom(again), 'Hello');
    });

    it('closes the request to the model when the page leaves', async () => {
      const aborted = firstValueFrom(exchanges.pipe(filter(({ outcome }) => outcome === 'aborted')));

      await firstValueFrom(page.chat(request).pipe(textDeltas()));
      await aborted;
    });

    it('refuses who has no session', async () => {
      const stranger = createClient({ baseURL: `http://127.0.0.1:${server.port}/v1` });

      await assert.rejects(lastValueFrom(stranger.chat(request)), { status: 401 });
    });
  });
}

async function startExample(name) {
  const starting = firstValueFrom(started);
  await import(`./built/${name}.js`);
  const { server, port } = await starting;
  return { port, close: () => closeServer(server) };
}

async function closeServer(server) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
