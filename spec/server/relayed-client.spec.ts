import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { from, lastValueFrom, type Observable, toArray, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import {
  type ChatCompletionChunk,
  type Client,
  type ClientConfig,
  createClient,
  decodeEvents,
  type ResponseEvent,
  type ServerSentEvent,
  textDeltas,
  toText,
} from '../../src/index.node.js';
import { memoryLog, relay, type RelayConfig, toNodeHandler } from '../../src/server/index.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';
import { closeCuttingProxies, type Cut, type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js';
import { Dice } from '../support/dice.js';
import { closeServers, type LoopbackServer, type ServedExchange, startServer } from '../support/loopback.js';
import { observe, turnsUntil } from '../support/observe.js';
import { transports } from '../support/transports.js';

type Answer = Observable<ChatCompletionChunk | ResponseEvent>;

const pieces = Array.from({ length: 60 }, (_, place) => `[${place}]`);
const text = pieces.join('');
const responseState = (status: string): object => ({ id: 'resp_1', object: 'response', status, output: [] });

/** The events of a model's server, which have neighbours that can be joined and some that cannot. */
const apis = {
  chat: {
    events: [
      ...pieces.map((piece, place) => ({ ...textChunk(piece), id: `chat-${Math.floor(place / 3)}` })),
      textChunk('', 'stop'),
      '[DONE]',
    ].map((event) => eventStream(event)),
    ask: (client: Client): Answer => client.chat(chatRequest),
  },
  responses: {
    events: [
      { type: 'response.created', response: responseState('in_progress') },
      ...pieces.map((delta, place) => ({
        type: 'response.output_text.delta',
        output_index: 0,
        content_index: Math.floor(place / 3),
        sequence_number: place + 1,
        delta,
      })),
      { type: 'response.completed', response: responseState('completed') },
    ].map((event) => `event: ${event.type}\n${eventStream(event)}`),
    ask: (client: Client): Answer => client.responses({ model: 'small', input: 'Hi' }),
  },
} as const;
type Api = keyof typeof apis;
const both = Object.keys(apis) as readonly Api[];

const patience = 5000;
const servers = new Set<Server>();

afterEach(async () => {
  await closeCuttingProxies();
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  servers.clear();
  await closeServers();
});

/** A model's server, a relay before it, and a proxy that cuts. */
interface Setting {
  readonly upstream: LoopbackServer;
  readonly relayUrl: string;
  readonly proxy: CuttingProxy;
  /** What the relay was asked: methods and paths. */
  readonly asked: readonly string[];
  /** How many of the answers of the relay are over. */
  readonly over: number;
}

async function set(
  answer: ((served: ServedExchange) => void) | undefined,
  nextCut: () => Cut,
  config: Partial<RelayConfig> = {},
): Promise<Setting> {
  const upstream = await startServer(answer === undefined ? {} : { answer });
  const client = createClient({ baseURL: `${upstream.url}/v1` });
  const serve = toNodeHandler(relay({ client, authorize: 'anyone', models: ['small'], log: memoryLog(), ...config }));
  const asked: string[] = [];
  let over = 0;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.replace(/[\w-]{16,}/u, 'ID')}`);
    response.on('close', () => (over += 1));
    serve(request, response);
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    upstream,
    relayUrl,
    proxy: await startCuttingProxy(relayUrl, nextCut),
    asked,
    get over() {
      return over;
    },
  };
}

/** A client whose pauses before it resumes take no time. */
function createReader(url: string, config: ClientConfig): Client {
  const clock = new VirtualTimeScheduler(VirtualAction, 0);
  return createClient({
    baseURL: `${url}/v1`,
    scheduler: clock,
    ...config,
    resume: { count: 20, random: () => 0, notify: ({ at }) => queueMicrotask(() => goOn(clock, at)), ...config.resume },
  });
}

function goOn(clock: VirtualTimeScheduler, until: number): void {
  clock.maxFrames = until;
  clock.flush();
  clock.frame = until;
}

/** Sends some events at a time, as many as the dice say. */
const inBursts =
  (events: readonly string[], dice: Dice) =>
  (served: ServedExchange): void => {
    served.head(200, { 'content-type': 'text/event-stream' });
    let place = 0;
    const send = (): void => {
      const next = place + 1 + dice.below(5);
      served.write(events.slice(place, next).join(''));
      place = next;
      if (place < events.length) {
        setImmediate(send);
      } else {
        served.end();
      }
    };
    send();
  };

/** Cuts the first five connections; a reset only where the head has come, since it destroys what is on its way. */
function cutsOf(dice: Dice): () => Cut {
  let count = 0;
  return () => {
    count += 1;
    const by = count > 1 && dice.chance(0.5) ? 'reset' : 'end';
    return count > 5 ? undefined : { after: (count > 1 ? 0 : 600) + dice.below(2000), by };
  };
}

describe.each(
  both.flatMap((api) => Object.keys(transports).map((name) => [api, name as keyof typeof transports] as const)),
)('an answer of %s that a client reads over %s, a relay and a proxy that cuts connections', (api, transportName) => {
  const { ask, events } = apis[api];
  const transport = transports[transportName];

  it.each([1, 2, 3, 4])('comes whole, and nothing twice, with the dice of %i', async (seed) => {
    const dice = new Dice(seed);
    const { proxy, upstream, asked } = await set(inBursts(events, dice), cutsOf(dice));
    const seen = observe(ask(createReader(proxy.url, { transport: transport() })));

    expect(await seen.ended).toBeUndefined();
    expect(await lastValueFrom(from(seen.values).pipe(textDeltas(), toText()))).toBe(text);
    expect(proxy.cuts).toBeGreaterThan(0);
    expect(asked.filter((each) => each.startsWith('POST'))).toHaveLength(1);
    expect(asked).not.toContain('DELETE /v1/streams/ID');
    expect(upstream.requests).toBe(1);
  });

  it('is ended at the server when it is left', async () => {
    const { upstream, proxy, asked } = await set(undefined, () => undefined);
    const seen = observe(ask(createReader(proxy.url, { transport: transport() })));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(events.slice(0, 3).join(''));
    await seen.reached(1);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
    expect(asked.at(-1)).toBe('DELETE /v1/streams/ID');
  });

  it('is ended at the server when it is left in the pause before it resumes', async () => {
    let pauses = 0;
    const cuts: Cut[] = [{ after: 600, by: 'end' }];
    const { upstream, proxy, asked } = await set(undefined, () => cuts.shift());
    const resume = { notify: () => (pauses += 1) };
    const seen = observe(ask(createReader(proxy.url, { transport: transport(), resume })));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(events.slice(0, 12).join(''));
    await turnsUntil(() => pauses === 1, patience);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
    expect(asked.at(-1)).toBe('DELETE /v1/streams/ID');
  });

  it('is ended at the server when it is left while it resumes', async () => {
    const cuts: Cut[] = [
      { after: 600, by: 'end' },
      { after: 0, by: 'silence' },
    ];
    const { upstream, proxy, asked } = await set(undefined, () => cuts.shift());
    const seen = observe(ask(createReader(proxy.url, { transport: transport() })));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(events.slice(0, 12).join(''));
    await turnsUntil(() => proxy.cuts === 2, patience);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
    expect(asked).toEqual([expect.stringMatching(/^POST /u), 'GET /v1/streams/ID', 'DELETE /v1/streams/ID']);
  });

  it('goes on with onUnsubscribe: leave, until nobody has read it for so long', async () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction, 0);
    const setting = await set(undefined, () => undefined, { scheduler, log: memoryLog({ scheduler }) });
    const { upstream, proxy, asked } = setting;
    const seen = observe(ask(createReader(proxy.url, { transport: transport(), onUnsubscribe: 'leave' })));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(events.slice(0, 3).join(''));
    await seen.reached(1);

    seen.unsubscribe();
    await turnsUntil(() => setting.over === 1, patience);
    goOn(scheduler, 29_000);
    expect(upstream.openConnections).toBe(1);
    goOn(scheduler, 31_000);

    expect(await served.over).toBe('cut');
    expect(asked).toHaveLength(1);
  });
});

/** The text that events add, whether or not neighbours are joined. */
function textOf(events: readonly ServerSentEvent[]): string {
  return events.map(({ data }) => [...data.matchAll(/\[\d+\]/gu)].join('')).join('');
}

describe.each(both)('the stream of %s that a relay keeps', (api) => {
  it('is read by fetch and decodeEvents, after the event that Last-Event-ID names', async () => {
    const { events } = apis[api];
    const { relayUrl } = await set(inBursts(events, new Dice(1)), () => undefined);
    const read = async (answer: Response) =>
      lastValueFrom(from(answer.body as unknown as AsyncIterable<Uint8Array>).pipe(decodeEvents(), toArray()));
    const body = JSON.stringify(
      api === 'chat' ? { ...chatRequest, stream: true } : { model: 'small', input: 'Hi', stream: true },
    );
    const headers = { 'content-type': 'application/json' };
    const path = api === 'chat' ? 'chat/completions' : 'responses';
    const begun = await fetch(`${relayUrl}/v1/${path}`, { method: 'POST', headers, body });
    const all = await read(begun);
    const stream = `${relayUrl}/v1/streams/${begun.headers.get('x-stream-id')}`;
    const after = (id: string) => fetch(stream, { headers: { 'last-event-id': id } });

    expect(all.at(-1)?.id).toBe(String(events.length));
    expect(textOf(all)).toBe(text);
    expect(textOf(await read(await after('')))).toBe(text);
    const rest = await read(await after('20'));
    expect(rest.at(-1)).toEqual(all.at(-1));
    expect(textOf(rest)).toBe(pieces.slice(api === 'chat' ? 20 : 19).join(''));
    expect((await after(String(events.length))).status).toBe(204);
  });
});
