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

/** What Node publishes for each request to one of its servers. */
interface Served {
  readonly request: IncomingMessage;
  readonly socket: Socket;
}

/** The server's end of a connection. */
interface Connection {
  readonly socket: Socket;
  readonly whenClosed: Promise<unknown>;
}

/** The connections by the `x-name` header of their requests, and a queue of these names. */
let connections: Map<string, Connection>;
let arrived: Queue<string>;
/** The models whose answers the server has stopped. */
let left: Queue<string>;
let answers: ReplaySubject<string>;

const url = useLocalServer({
  models: {
    // Emits a role at once, and then nothing.
    stalled: () => concat(of({ role: 'assistant' }), NEVER).pipe(finalize(() => left.put('stalled'))),
    // Emits what the spec emits, including what was emitted before the request.
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
])('two requests through %s', (_, createTransport) => {
  /** Requests the chunks of a model; the server knows the request by `name`. */
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

  it('in a race emit the first text, and the connection of the loser is closed', async () => {
    const heard = createQueue<ChatCompletionChunk>();
    const stalled = ask('stalled').pipe(tap((chunk) => heard.put(chunk)));
    const seen = observe(raceToFirstText([stalled, ask('ready')]).pipe(textDeltas()));

    // Both requests have arrived, and the first chunk is a role, which does not decide the race.
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

  it('in a hedge are sent after each other when there is no text, and the connection of the loser is closed', async () => {
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

  it('in a race are both closed by unsubscribing', async () => {
    const seen = observe(raceToFirstText([ask('stalled', 'one'), ask('stalled', 'two')]));
    await Promise.all([arrived.take(), arrived.take()]);

    seen.unsubscribe();

    expect(await closed('one')).toBe(true);
    expect(await closed('two')).toBe(true);
    expect(seen.values).toEqual([]);
  });
});
