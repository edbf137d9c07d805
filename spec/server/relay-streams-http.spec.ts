import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, Subject, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { type ChatCompletionChunk, type Client, createClient, textDeltas, toText } from '../../src/index.js';
import { memoryLog, relay, type StreamLog, toNodeHandler } from '../../src/server/index.js';
import { fakeClient } from '../../src/testing/index.js';
import { chatRequest } from '../support/answers.js';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { turnsUntil } from '../support/observe.js';
import { settled } from '../support/relay-bed.js';

const servers: Server[] = [];
/** The ports of the clients that are connected. */
const connected = new Set<number | undefined>();

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** Starts a node with a relay, in virtual time. */
async function startNode(log: StreamLog, client: Client, scheduler: VirtualTimeScheduler): Promise<number> {
  const handle = relay({ client, authorize: 'anyone', models: () => true, log, scheduler });
  const server = createServer(toNodeHandler(handle)).listen(0, '127.0.0.1');
  servers.push(server);
  server.on('connection', (socket) => {
    const { remotePort } = socket;
    connected.add(remotePort);
    socket.on('close', () => connected.delete(remotePort));
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const clientOf = (port: number): Client => createClient({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k' });
const patience = 20_000;

describe('a stream of a relay over HTTP', () => {
  it('is the same text from each node, for early and late readers', async () => {
    const chunks = new Subject<ChatCompletionChunk>();
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const upstream = fakeClient(chunks);
    const [first, second] = [await startNode(log, upstream, clock), await startNode({ ...log }, upstream, clock)];
    let id: string | undefined;
    const begun = clientOf(first).chat(chatRequest, { onResponse: ({ streamId }) => (id = streamId) });
    const all = lastValueFrom(begun.pipe(textDeltas(), toText()));
    await turnsUntil(() => upstream.requests.length > 0, patience);
    const words = Array.from({ length: 500 }, (_, place) => `„${place}“ "\\\n😀 `);
    words.slice(0, 250).forEach((content) => chunks.next(chatChunk({ content })));
    await turnsUntil(() => id !== undefined, patience);
    await settled();
    const late = clientOf(second).resumeStream(id ?? '', { api: 'chat', after: 100 });
    const rest = lastValueFrom(late.pipe(textDeltas(), toText()));
    for (const content of words.slice(250)) {
      chunks.next(chatChunk({ content }));
    }
    chunks.next(finishChunk());
    chunks.complete();

    expect(await all).toBe(words.join(''));
    expect(await rest).toBe(words.slice(100).join(''));
  });

  it('is not slowed by a reader that stops reading, whose connection is broken off', async () => {
    const chunks = new Subject<ChatCompletionChunk>();
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const upstream = fakeClient(chunks);
    const port = await startNode(log, upstream, clock);
    const headers = { 'content-type': 'application/json' };
    const asked = send({ port, host: '127.0.0.1', method: 'POST', path: '/v1/chat/completions', headers });
    asked.end(JSON.stringify({ ...chatRequest, stream: true }));
    await turnsUntil(() => upstream.requests.length > 0, patience);
    chunks.next(chatChunk({ content: 'x'.repeat(12 * 2 ** 20) }));
    const [stuck] = (await once(asked, 'response')) as [IncomingMessage];
    stuck.pause();
    const other = clientOf(port).resumeStream(String(stuck.headers['x-stream-id']), { api: 'chat' });
    const text = lastValueFrom(other.pipe(textDeltas(), toText()));
    await settled();
    chunks.next(finishChunk());
    chunks.complete();
    expect((await text).length).toBe(12 * 2 ** 20);

    const { localPort } = stuck.socket;
    expect(connected.has(localPort)).toBe(true);
    clock.maxFrames = clock.frame + 60_000;
    clock.flush();
    await turnsUntil(() => !connected.has(localPort), patience);
    stuck.destroy();
  });
});
