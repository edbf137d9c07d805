/*
 * How do I retry on rate limits?
 *
 * `retryOnRateLimit` waits as long as the server asks, then retries, as long as nothing has been emitted. Here an
 * interceptor simulates a busy server for the first two requests; interceptors can also log and change requests.
 */
import { lastValueFrom, throwError } from 'rxjs';
import { createClient, type Interceptor, RateLimitError, retryOnRateLimit, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

let refusals = 2;
const busyAtFirst: Interceptor = (request, next) => {
  refusals -= 1;
  const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 400 });
  return refusals < 0 ? next(request) : throwError(() => busy);
};

const server = await startLocalServer({ tokensPerSecond: 0 });
const client = createClient({ baseURL: server.url, interceptors: [busyAtFirst] });

const answer = client.chat({ model: 'echo', messages: [{ role: 'user', content: 'Patience pays.' }] }).pipe(
  retryOnRateLimit({
    count: 3,
    notify: ({ attempt, delay, reason }) => {
      console.log(`${reason.name}: retry ${attempt} in ${delay} ms`);
    },
  }),
  textDeltas(),
  toText(),
);

console.log(await lastValueFrom(answer));
await server.close();
