/* Uses every entry, as a program for Node. check.mjs compiles it as an ES module and as CommonJS, too. */
import { createServer } from 'node:http';
import { createClient, type Interceptor, limitRate, retryTransient } from 'rxllm';
import { startLocalServer } from 'rxllm/local';
import { readEnvironment, undiciTransport } from 'rxllm/node';
import { type RedisClient, redisBudget, redisLog, type StreamLog } from 'rxllm/redis';
import { sendEventStream, toNodeHandler } from 'rxllm/server';
import { fakeClient, fakeTransport, recordCassette, runMarbles } from 'rxllm/testing';
import { answer, client as relayed, show } from './web.js';

const patient: Interceptor = (request, next) => next(request).pipe(retryTransient({ count: 4 }));

void startLocalServer({ tokensPerSecond: 0 }).then(({ url, close }) => {
  const client = createClient({ baseURL: url, transport: undiciTransport(), interceptors: [patient] });
  show(client, (text) => process.stdout.write(`${text}\n`)).add(() => void close());
});

createClient({ ...readEnvironment(), interceptors: [recordCassette({ file: 'answer.json' })] });

runMarbles(({ chunks, expectObservable }) => {
  const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] } as const;
  expectObservable(fakeClient(chunks('a|')).chat(request)).toEqual(chunks('a|'));
  createClient({ transport: fakeTransport({ status: 429, headers: { 'retry-after': '2' } }) });
});

createServer(toNodeHandler(answer));
createServer((request, response) => {
  sendEventStream(relayed.chat({ model: 'small', messages: [] }), response, { heartbeat: 5000 });
});

export function share(client: RedisClient): readonly [StreamLog, Interceptor] {
  return [redisLog({ client, lease: 5000 }), limitRate({ requests: 10, store: redisBudget({ client }) })];
}
