import { concatMap, lastValueFrom, range, take, toArray } from 'rxjs';
import { createClient, fetchTransport, StreamError, textDeltas, toText, type Client } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { chatRequest, eventStream, hello, textChunk } from '../support/answers.js';
import { type LoopbackServer, type ServedExchange, closeServers, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';

const eventType = { 'content-type': 'text/event-stream' };

function sayHello(served: ServedExchange): void {
  served.head(200, eventType);
  served.end(hello);
}

expectQuietProcess();
afterEach(closeServers);

describe.each([
  ['fetchTransport', fetchTransport],
  ['undiciTransport', undiciTransport],
])('over %s', (_name, createTransport) => {
  function clientOf({ url }: LoopbackServer): Client {
    return createClient({ baseURL: `${url}/v1`, transport: createTransport() });
  }

  it('consecutive streams share connections', async () => {
    const server = await startServer({ answer: sayHello });
    const client = clientOf(server);
    const answers = range(0, 50).pipe(concatMap(() => client.chat(chatRequest).pipe(textDeltas(), toText())));

    expect(await lastValueFrom(answers.pipe(toArray()))).toEqual(Array(50).fill('Hello'));
    expect(server.requests).toBe(50);
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  it('streams that end shortly after [DONE] share connections', async () => {
    const server = await startServer();
    const client = clientOf(server);
    for (let count = 0; count < 5; count += 1) {
      const seen = observe(client.chat(chatRequest));
      const served = await server.next();
      served.head(200, eventType);
      served.write(hello);
      await seen.ended;
      served.end();
      expect(await served.over).toBe('answered');
    }

    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('the connection of an error response is reused', async () => {
    const server = await startServer({
      answer: (served) => {
        served.head(400);
        served.end('{"error":{"message":"no"}}');
      },
    });
    const client = clientOf(server);
    for (let count = 0; count < 5; count += 1) {
      expect(await observe(client.chat(chatRequest)).ended).toMatchObject({ status: 400 });
    }

    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('a connection that the server never closes is closed soon after [DONE]', async () => {
    const server = await startServer();
    const seen = observe(clientOf(server).chat(chatRequest));
    const served = await server.next();
    served.head(200, eventType);
    served.write(hello);

    expect(await seen.ended).toBeUndefined();
    const completed = performance.now();
    expect(seen.values).toHaveLength(2);
    expect(await served.over).toBe('cut');
    expect(performance.now() - completed).toBeLessThan(1000);
  });

  it.each([
    ['before the headers', 0],
    ['before the first chunk', 1],
    ['between two chunks', 2],
  ])('unsubscribing %s closes the exchange', async (_when, steps) => {
    const server = await startServer();
    const seen = observe(clientOf(server).chat(chatRequest));
    const served = await server.next();
    if (steps > 0) {
      served.head(200, eventType);
    }
    if (steps > 1) {
      served.write(eventStream(textChunk('Hel')));
      await seen.reached(1);
    }

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
  });

  it('unsubscribing during a burst closes the exchange', async () => {
    const server = await startServer();
    const first = lastValueFrom(clientOf(server).chat(chatRequest).pipe(textDeltas(), take(1), toArray()));
    const served = await server.next();
    served.head(200, eventType);
    served.write(eventStream(textChunk('Hel'), textChunk('lo')));

    expect(await first).toEqual(['Hel']);
    expect(await served.over).toBe('cut');
  });

  it.each([
    ['an error frame', eventStream({ error: { message: 'no' } })],
    ['nonsense', eventStream('nonsense')],
    ['a web page', '<html>'],
  ])('%s closes the exchange', async (_what, body) => {
    const server = await startServer();
    const seen = observe(clientOf(server).chat(chatRequest));
    const served = await server.next();
    served.head(200, eventType);
    served.write(body);

    expect(await seen.ended).toBeDefined();
    expect(await served.over).toBe('cut');
  });

  it('an endless error body is cut off at its limit, and its exchange closed', async () => {
    const server = await startServer();
    const client = clientOf(server);
    const seen = observe(client.chat(chatRequest, { limits: { errorBodyBytes: 1000 } }));
    const served = await server.next();
    served.head(500);
    served.write('broken '.repeat(500));

    expect(await seen.ended).toMatchObject({ name: 'ApiError', status: 500 });
    expect(await served.over).toBe('cut');
  });

  it.each(['headers', 'firstChunk', 'total'] as const)('the deadline %s closes the exchange', async (deadline) => {
    const server = await startServer();
    const seen = observe(clientOf(server).chat(chatRequest, { deadlines: { [deadline]: 100 } }));
    const served = await server.next();
    if (deadline !== 'headers') {
      served.head(200, eventType);
    }

    expect(await seen.ended).toMatchObject({ name: 'DeadlineError', deadline });
    expect(await served.over).toBe('cut');
  });

  it('a stream that ends cleanly but early is truncated, and keeps its chunks', async () => {
    const server = await startServer();
    const seen = observe(clientOf(server).chat(chatRequest));
    const served = await server.next();
    served.head(200, eventType);
    served.end(eventStream(textChunk('Hel')));

    expect(await seen.ended).toBeInstanceOf(StreamError);
    expect(await seen.ended).toMatchObject({ kind: 'truncated', retryable: true });
    expect(seen.values).toHaveLength(1);
  });

  it('many streams run in parallel', async () => {
    const server = await startServer({ answer: sayHello });
    const client = clientOf(server);

    const texts = await Promise.all(
      Array.from({ length: 20 }, () => lastValueFrom(client.chat(chatRequest).pipe(textDeltas(), toText()))),
    );

    expect(texts).toEqual(Array(20).fill('Hello'));
  });
});
