/* A program that asks a server many times at once, and sends only as much as a budget in Redis allows. */
import { lastValueFrom, merge, toArray } from 'rxjs';
import { createClient as createRedisClient } from 'redis';
import { createClient, limitRate } from '../../src/index.node.js';
import { redisBudget } from '../../src/redis/index.js';
import { readSettings, serveParent } from '../support/spawn-program.js';

/** What the program is told. */
export interface LimitedClientSettings {
  readonly redis: string;
  readonly server: string;
  readonly name: string;
  readonly exchanges: number;
  readonly requests: number;
  readonly window: number;
}

const { redis, server, name, exchanges, requests, window } = readSettings() as LimitedClientSettings;
const store = createRedisClient({ url: redis });
await store.connect();
/** The places of the exchanges, in the order in which they were sent. */
const sent: number[] = [];
const client = createClient({
  baseURL: `${server}/v1`,
  interceptors: [
    limitRate({ requests, window, store: redisBudget({ client: store }), maxDelay: Infinity }),
    (request, next) => {
      sent.push(Number(request.headers['x-place']));
      return next(request);
    },
  ],
});
const ask = (place: number) =>
  client.chat(
    { model: 'small', messages: [{ role: 'user', content: name }] },
    { headers: { 'x-place': String(place) }, deadlines: { firstChunk: Infinity, headers: Infinity } },
  );
serveParent(
  {},
  {
    go: async () => {
      const places = Array.from({ length: exchanges }, (_, place) => place);
      await lastValueFrom(merge(...places.map(ask)).pipe(toArray()));
      return { sent };
    },
  },
);
