/*
 * How do I stay within the rate limit of my account?
 *
 * `limitRate` holds requests back, in order, until a sliding window has room. The clients that list the same interceptor share
 * its budget. Here five questions of two clients share two requests a second, so the local server, which allows no more
 * than that, refuses none.
 */
import { merge } from 'rxjs';
import { type Client, createClient, limitRate, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer({ tokensPerSecond: 0, rateLimit: { requests: 2, window: 990 } });
const limit = limitRate({
  requests: 2,
  window: 1000,
  notify: ({ delay }) => {
    console.log(`The next request waits ${delay} ms.`);
  },
});
const createOne = () => createClient({ baseURL: server.url, interceptors: [limit] });
const start = Date.now();

const ask = (client: Client, content: string) =>
  client.chat({ model: 'echo', messages: [{ role: 'user', content }] }).pipe(textDeltas(), toText());
const [one, other] = [createOne(), createOne()];

merge(ask(one, 'One'), ask(other, 'Two'), ask(one, 'Three'), ask(other, 'Four'), ask(one, 'Five'))
  .subscribe({
    next: (text) => console.log(`${text} after ${Math.floor((Date.now() - start) / 1000)} s`),
    error: console.error,
  })
  .add(() => void server.close());
