import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { concat, finalize, NEVER, of, type Observable, ReplaySubject, tap, VirtualTimeScheduler } from 'rxjs';
import {
  type ChatCompletionChunk,
  createClient,
  fetchTransport,
  hedge,
  raceToFirstText,
  textDeltas,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { useLocalServer } from '../local/local-server.js';
import { attempts } from '../support/attempts.js';
import { observe } from '../support/observe.js';
import { createQueue, type Queue } from '../support/queue.js';
import { expectQuietProcess } from '../support/quiet-process.js';

/** What Node tells of each request that one of its servers gets. */
interface Served {
  readonly request: IncomingMessage;
  readonly socket: Socket;
}

/** The server's end of a connection. */
interface Connection {
  readonly socket: Socket;
  readonly whenClosed: Promise<unknown>;
}

/** The connections of requests, by their header `x-name`, and a queue of these names. */
let connections: Map<string, Connection>;
let arrived: Queue<string>;
/** Whom the server has told to stop. */
let left: Queue<string>;
let answers: ReplaySubject<string>;

const url = useLocalServer({
  models: {
    // Says who it is at once, and then nothing.
    stalled: () => concat(of({ role: 'assistant' }), NEVER).pipe(finalize(() => left.put('stalled'))),
    // Says what the spec lets it say, also what it was told before it was asked.
    ready: () => answers,
  },
});
const keepSocket = (served: unknown): void => {
  const { request, socket } = served as Served;
  const name = String(request.headers['x-name']);
  connections.set(name, { socket, whenClosed: new Promise((resolve) => socket.once('close', resolve)) });
  arrived.put(name);
};

expectQuietProcess();
beforeAll(() => subscribe('http.server.request.start', keepSocket));
afterAll(() => unsubscribe('http.server.request.start', keepSocket));
beforeEach(() => {
  connections = new Map();
  arrived = createQueue();
  left = createQueue();
  answers = new ReplaySubject(2);
});

describe.each<[string, () => Transport]>([
  ['fetch', fetchTransport],
  ['undici', undiciTransport],
])('through %s', (_, createTransport) => {
  /** The chunks of a model, whose request the server knows by this name. */
  const ask = (model: string, name = model): Observable<ChatCompletionChunk> =>
    createClient({ baseURL: url(), transport: createTransport() }).chat(
      { model, messages: [{ role: 'user', content: 'Who is first?' }] },
      { headers: { 'x-name': name } },
    );
  const closed = async (name: string): Promise<boolean> => {
    const { socket, whenClosed } = connections.get(name)!;
    await whenClosed;
    return socket.destroyed;
  };
  const isOpen = (name: string): boolean => !connections.get(name)!.socket.destroyed;

  it('a race emits the text of the first to speak, and closes the connection of the other', async () => {
    const heard = createQueue<ChatCompletionChunk>();
    const stalled = ask('stalled').pipe(tap((chunk) => heard.put(chunk)));
    const seen = observe(raceToFirstText([stalled, ask('ready')]).pipe(textDeltas()));

    // Both are asked, and the first chunk of all is a role: not what the race is about.
    await Promise.all([arrived.take(), arrived.take()]);
    expect((await heard.take()).choices[0]?.delta.role).toBe('assistant');
    expect(seen.values).toEqual([]);
    answers.next('I ');
    await seen.reached(1);
    expect(await closed('stalled')).toBe(true);
    expect(await left.take()).toBe('stalled');
    expect(isOpen('ready')).toBe(true);

    answers.next('am.');
    answers.complete();
    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['I ', 'am.']);
  });

  it('a hedge asks again when nothing is said, and closes the connection of the request that lost', async () => {
    const scheduler = new VirtualTimeScheduler();
    const heard = createQueue<ChatCompletionChunk>();
    const first = ask('stalled', 'first').pipe(tap((chunk) => heard.put(chunk)));
    const source = attempts(first, ask('ready', 'second'));
    const seen = observe(hedge(source, { after: 2000, scheduler }).pipe(textDeltas()));

    expect(await arrived.take()).toBe('first');
    await heard.take();
    scheduler.flush();
    expect(scheduler.now()).toBe(2000);
    expect(await arrived.take()).toBe('second');
    expect(isOpen('first')).toBe(true);
    answers.next('I ');
    await seen.reached(1);
    expect(await closed('first')).toBe(true);
    expect(await left.take()).toBe('stalled');
    expect(isOpen('second')).toBe(true);

    answers.next('am.');
    answers.complete();
    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['I ', 'am.']);
  });

  it('leaving a race closes the connections of all', async () => {
    const seen = observe(raceToFirstText([ask('stalled', 'one'), ask('stalled', 'two')]));
    await Promise.all([arrived.take(), arrived.take()]);

    seen.unsubscribe();

    expect(await closed('one')).toBe(true);
    expect(await closed('two')).toBe(true);
    expect(seen.values).toEqual([]);
  });
});
