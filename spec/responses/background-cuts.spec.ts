import { tap, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { createClient, type ResponseEvent, retryTransient } from '../../src/index.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { type Observed, observe } from '../support/observe.js';
import { transports } from '../support/transports.js';
import { backgroundEvents, beginStream, sentAfter, sentEvent } from './background-server.js';

/** How a stream breaks, and what its resume is answered with first. */
interface Cut {
  readonly end: (served: ServedExchange) => void;
  readonly refusal?: (served: ServedExchange) => void;
}

const reset = (served: ServedExchange): void => served.reset();

const cuts: Readonly<Record<string, Cut>> = {
  'is reset': { end: reset },
  'ends cleanly': { end: (served) => served.end() },
  'is reset and its resume is answered with 500': {
    end: reset,
    refusal: (served) => {
      served.head(500);
      served.end('{"error":{"message":"Busy"}}');
    },
  },
  'is reset and its resume is answered with 429': {
    end: reset,
    refusal: (served) => {
      served.head(429, { 'retry-after': '7' });
      served.end('{"error":{"message":"Slow down"}}');
    },
  },
  'falls silent': { end: () => undefined },
};

/** The time after which silence is a broken connection, in milliseconds. */
const idle = 300_000;

const lastNumber = backgroundEvents.length - 1;
const places = Array.from({ length: lastNumber }, (_, number) => number);

describe.each(Object.entries(transports))('a background response over %s', (_name, createTransport) => {
  afterEach(closeServers);

  /** Reads a response whose first exchange is cut after an event, and returns it with the requests that were sent. */
  async function readCut(
    { end, refusal }: Cut,
    place: number,
    retried: boolean,
  ): Promise<{ seen: Observed<ResponseEvent>; requests: readonly string[]; waited: number }> {
    const requests: string[] = [];
    let first: ServedExchange | undefined;
    const server = await startServer({
      answer: (served) => {
        requests.push(`${served.method} ${served.path}`);
        if (served.method === 'POST') {
          first = served;
          beginStream(served);
          served.write(Array.from({ length: place + 1 }, (_, number) => sentEvent(number)).join(''));
        } else if (refusal !== undefined && requests.length === 2) {
          refusal(served);
        } else {
          beginStream(served);
          served.end(sentAfter(Number(new URL(served.path, server.url).searchParams.get('starting_after'))));
        }
      },
    });
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const goOn = (until: number): void => {
      clock.maxFrames = until;
      clock.flush();
      clock.frame = until;
    };
    const client = createClient({
      baseURL: `${server.url}/v1`,
      transport: createTransport(),
      scheduler: clock,
      deadlines: { idle },
      resume: { random: () => 0, notify: ({ at }) => queueMicrotask(() => goOn(at)) },
    });
    const cutAt = tap(({ sequence_number: number }: ResponseEvent) => {
      if (number === place && first !== undefined) {
        end(first);
        if (end === cuts['falls silent']?.end) {
          queueMicrotask(() => goOn(idle));
        }
      }
    });
    const stream = client.responses({ model: 'small', input: 'Hi', background: true }).pipe(cutAt);
    const seen = observe(retried ? stream.pipe(retryTransient()) : stream);
    expect(await seen.ended).toBeUndefined();
    return { seen, requests, waited: clock.now() };
  }

  describe.each(Object.entries(cuts))('that %s', (how, cut) => {
    it.each(places.flatMap((place) => [[place, ''] as const, [place, ' behind a retry'] as const]))(
      'after event %i%s gives each event once, from one job',
      async (place, retried) => {
        const { seen, requests, waited } = await readCut(cut, place, retried !== '');

        expect(seen.values).toEqual(backgroundEvents);
        const resume = `GET /v1/responses/resp_1?stream=true&starting_after=${place}`;
        expect(requests).toEqual(['POST /v1/responses', resume, ...(cut.refusal === undefined ? [] : [resume])]);
        expect(waited).toBe(cut === cuts['falls silent'] ? idle : how.endsWith('429') ? 7000 : 0);
      },
    );
  });

  it('begins again only if it broke before its first event', async () => {
    const requests: string[] = [];
    const server = await startServer({
      answer: (served) => {
        requests.push(`${served.method} ${served.path}`);
        if (requests.length === 1) {
          served.reset();
        } else {
          beginStream(served);
          served.end(sentAfter(-1));
        }
      },
    });
    const client = createClient({ baseURL: server.url, transport: createTransport() });

    const seen = observe(client.responses({ background: true }).pipe(retryTransient({ random: () => 0 })));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(backgroundEvents);
    expect(requests).toEqual(['POST /responses', 'POST /responses']);
  });
});
