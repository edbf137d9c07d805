import type { Observable } from 'rxjs';
import { type Client, createClient, type RequestOptions, retryTransient } from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { type FaultServer, startFaultServer } from '../support/fault-server/start-fault-server.js';
import { observe, turnsUntil } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { shortestTime } from '../support/shortest-time.js';
import { transports } from '../support/transports.js';
import { watchScheduler } from '../support/watch-scheduler.js';

/** The maximum time until the server sees that a client has left, in milliseconds. */
const prompt = 100;
/** How long a test waits for other things on a busy machine, in milliseconds. */
const soon = 1000;

type Ask = (client: Client, options?: RequestOptions) => Observable<unknown>;

const askChat: Ask = (client, options) => client.chat(chatRequest, options);
const askResponses: Ask = (client, options) => client.responses({ model: 'small', input: 'Hi' }, options);

expectQuietProcess();

describe.each(
  Object.entries(transports).flatMap(([name, createTransport]) => [
    [name, '/chat/completions', createTransport, askChat] as const,
    [name, '/responses', createTransport, askResponses] as const,
  ]),
)('unsubscribing through %s from %s', (name, _endpoint, createTransport, ask) => {
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server.close());

  it.each([
    ['before the headers', '/stall/before-headers', 0],
    ['inside the headers', '/stall/inside-headers', 0],
    ['before the first chunk', '/stall/0', 0],
    ['between two chunks', '/stall/2', 2],
    ['while comments arrive', '/idle/comments/2', 2],
    ['while bytes arrive one by one', '/drip', 1],
    ['in a line without end', '/endless-line', 2],
    ['in a body that decodes without end', '/bomb', 0],
    ['in an error body', '/refuse-and-stall/500', 0],
    ['in an error body without end', '/refuse-at-length/500', 0],
  ])('%s closes the connection within 100 ms, and leaves no timer', async (_when, scenario, chunks) => {
    const scheduler = watchScheduler();
    const client = createClient({ baseURL: server.url + scenario, transport: createTransport(), scheduler });
    const limits = { eventBytes: Infinity, errorBodyBytes: Infinity };
    let requests = 0;

    const time = await shortestTime(prompt, async () => {
      const seen = observe(ask(client, { limits }));
      requests += 1;
      await turnsUntil(() => server.tallyOf(scenario).requests === requests, soon);
      await seen.reached(chunks);

      const left = performance.now();
      seen.unsubscribe();
      expect(scheduler.waiting).toBe(0);
      await server.settled(scenario, soon);

      expect(server.tallyOf(scenario)).toMatchObject({ requests, open: 0, aborted: requests });
      expect(seen.values).toHaveLength(chunks);
      return performance.now() - left;
    });

    expect(time).toBeLessThan(prompt);
    if (name === 'undici') {
      expect(server.spare).toBe(0);
    }
  });

  it('in the pause before a retry sends nothing more', async () => {
    const scenario = '/sequence/429,200/retry-after=30';
    const scheduler = watchScheduler();
    const client = createClient({ baseURL: server.url + scenario, transport: createTransport(), scheduler });
    const paused = new Promise((resolve) => {
      const retry = retryTransient({ scheduler, notify: resolve });
      const seen = observe(ask(client).pipe(retry));
      void turnsUntil(() => scheduler.waiting === 1 && server.tallyOf(scenario).open === 0, soon).then(() =>
        seen.unsubscribe(),
      );
    });

    await paused;
    await turnsUntil(() => scheduler.waiting === 0, soon);

    expect(scheduler.waiting).toBe(0);
    expect(server.tallyOf(scenario)).toMatchObject({ requests: 1, open: 0 });
  });
});
