import { referenceText } from '../support/fault-server/reference.js';
import { runProgram } from '../support/run-program.js';

jest.setTimeout(60_000);

it('a whole round works where the prototype of all objects is frozen, and changes no prototype', async () => {
  const output = await runProgram(`
    Object.freeze(Object.prototype);
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'message', 'name'];
    const fields = (value: unknown) => JSON.parse('{' + names.map((name) => JSON.stringify(name) + ':' + JSON.stringify(value)).join() + '}');

    void (async () => {
      const { concat, from, lastValueFrom, of, throwError, toArray } = await import('rxjs');
      const sdk = await import('../../src/index.node.js');
      const { startLocalServer } = await import('../../src/local/index.js');
      const { fakeTransport, recordCassette, replayCassette } = await import('../../src/testing/index.js');
      const call = { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] };
      const server = await startLocalServer({
        builtIn: ['echo'],
        tokensPerSecond: 0,
        models: { odd: () => from(['Hel', 'lo', { reasoning: 'hm' }, call]) },
      });
      const recorder = recordCassette();
      const client = sdk.createClient({ baseURL: server.url, interceptors: [recorder] });
      const request = { model: 'odd', messages: [{ role: 'user' as const, content: 'Hi' }], ...fields(1) };
      const chunks = await lastValueFrom(client.chat(request).pipe(toArray()));
      const answer = from(chunks);
      const results = [
        lastValueFrom(answer.pipe(sdk.textDeltas(), sdk.accumulateText())),
        lastValueFrom(answer.pipe(sdk.textDeltas(), sdk.coalesceText(0), sdk.toText())),
        lastValueFrom(answer.pipe(sdk.textDeltas(), sdk.smoothText(), sdk.toText())),
        lastValueFrom(answer.pipe(sdk.reasoningDeltas())),
        lastValueFrom(answer.pipe(sdk.refusalDeltas(), toArray())).then(({ length }) => length),
        lastValueFrom(answer.pipe(sdk.accumulateMessage(), sdk.throttleRender(0))).then(({ content }) => content),
        lastValueFrom(answer.pipe(sdk.toMessage())).then((message) => sdk.toMessageParam(message).tool_calls?.length),
        lastValueFrom(answer.pipe(sdk.toolCalls())).then(({ name }) => name),
        lastValueFrom(answer.pipe(sdk.ofChoice(0), sdk.toUsage())).then(({ outputTokens }) => outputTokens > 0),
        lastValueFrom(answer.pipe(sdk.accumulateView({ retry: {} }))).then(({ status }) => status),
        lastValueFrom(answer.pipe(sdk.labelWith('a'), sdk.measure(() => undefined), toArray())).then(({ length }) => length === chunks.length),
        lastValueFrom(answer.pipe(sdk.throwIfTruncated(), sdk.withDeadlines({ idle: 1000 }), sdk.retryTransient(), toArray())).then(({ length }) => length === chunks.length),
        lastValueFrom(sdk.hedge(answer, { after: 0 }).pipe(sdk.textDeltas())).catch(String),
        lastValueFrom(of('Hi').pipe(sdk.converse(client, { request: { model: 'echo' } }))).then(({ last }) => last?.message.content),
        lastValueFrom(client.completions({ model: 'echo', prompt: 'legacy' }).pipe(sdk.textDeltas(), sdk.toText())),
        lastValueFrom(client.models().pipe(toArray())).then((models) => models.map(({ id }) => id).join()),
        lastValueFrom(client.chat({ ...request, model: '__proto__' })).catch((error) => error.name + ' ' + error.kind),
        (async () => { for await (const text of sdk.toAsyncIterable(answer.pipe(sdk.textDeltas()))) { return text; } return ''; })(),
      ];
      for (const result of results) {
        console.log(await result);
      }
      const cassette = await lastValueFrom(recorder.cassette);
      const replayed = sdk.createClient({ baseURL: server.url, transport: replayCassette(cassette, { speed: Infinity }) });
      console.log(await lastValueFrom(replayed.chat(request).pipe(sdk.textDeltas(), sdk.toText())));
      for (const exchange of [
        { status: 429, body: { error: { ...fields('x') }, ...fields('y') } },
        { status: 401, headers: { 'x-ratelimit-reset': '1s', constructor: 'x', tostring: 'x' }, body: 'no' },
        { body: [{ error: { code: '__proto__', type: 'constructor', message: 'm', ...fields('x') } }] },
        { body: [{ choices: [{ delta: fields('x'), message: fields('x'), ...fields(1) }], usage: fields(1), ...fields(2) }] },
        throwError(() => Object.assign(new Error('lost'), { code: 'toString' })),
      ]) {
        const faulty = sdk.createClient({ baseURL: server.url, transport: fakeTransport([exchange]) });
        console.log(await lastValueFrom(faulty.chat(request).pipe(sdk.toMessage())).then(({ extra }) => Object.keys(extra).join()).catch((error) => error.name + ': ' + error.message));
      }
      await server.close();
      console.log(Object.keys(Object.prototype).length, ({} as { x?: unknown }).x);
    })();
  `);

  expect(output.replace(/127.0.0.1:\d+/u, 'host').split('\n')).toEqual([
    ...['Hello', 'Hello', 'Hello', 'hm', '0', 'Hello', '1', 'f', 'true', 'done', 'true', 'true', 'lo', 'Hi'],
    ...['legacy', 'echo,odd', 'ApiError not_found', 'Hel', 'Hello'],
    ...['RateLimitError: 429 x', 'ApiError: 401 no', 'StreamError: x', 'prototype,message,name'],
    ...['ConnectionError: No answer from http://host (toString)', '0 undefined', ''],
  ]);
});

it('an answer with a field named like a property of all objects is read where their prototype is frozen', async () => {
  const output = await runProgram(`
    Object.freeze(Object.prototype);
    void (async () => {
      const { createServer } = await import('node:net');
      const { lastValueFrom } = await import('rxjs');
      const { createClient, fetchTransport, toText, textDeltas } = await import('../../src/index.node.js');
      const { undiciTransport } = await import('../../src/node/index.js');
      const { answerOf, chunked, chunkedEvents, headOf } = await import('./fault-server/wire.js');
      const { reference } = await import('./fault-server/reference.js');
      const odd = { constructor: 'x', 'retry-after': '7' };
      const answers = [
        answerOf(429, odd, '{"error":{"message":"Slow down"}}'),
        Buffer.concat([Buffer.from(headOf(200, { ...chunkedEvents, ...odd })), chunked(reference), Buffer.from('0\\r\\nconstructor: x\\r\\n\\r\\n')]),
      ];
      for (const transport of [fetchTransport(), undiciTransport()]) {
        for (const answer of answers) {
          const server = createServer((socket) => void socket.once('data', () => socket.end(answer))).listen(0, '127.0.0.1');
          await new Promise((resolve) => server.once('listening', resolve));
          const { port } = server.address() as { port: number };
          const client = createClient({ baseURL: 'http://127.0.0.1:' + port, transport });
          const chunks = client.chat({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
          console.log(await lastValueFrom(chunks.pipe(textDeltas(), toText())).then(({ length }) => length, (error) => [error.name, error.retryAfter].join()));
          server.close();
        }
      }
    })();
  `);

  const { length } = referenceText;
  expect(output).toBe(`RateLimitError,7000\n${length}\nRateLimitError,7000\n${length}\n`);
});
