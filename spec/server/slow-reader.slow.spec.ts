import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import { filter, forkJoin, from, lastValueFrom, map, tap } from 'rxjs';
import { type ChatCompletionChunk, createClient, decodeEvents, textDeltas, toText } from '../../src/index.node.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';
import { Dice } from '../support/dice.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import type { RelayFigures, RelayProgramSettings } from '../support/serve-relay.js';
import { type RunningProgram, spawnProgram } from '../support/spawn-program.js';

const megabyte = 2 ** 20;
const wireBytes = 12 * megabyte;
const fastReaders = 10;

describe('a relay whose reader is slow', () => {
  let upstream: LoopbackServer;
  let program: RunningProgram;

  beforeEach(async () => {
    upstream = await startServer();
    const settings: RelayProgramSettings = { upstream: upstream.url, config: { limits: { readerStall: 600_000 } } };
    program = await spawnProgram('spec/server/relay-program.ts', settings, ['--expose-gc']);
  });
  afterEach(async () => {
    await program.kill();
    await closeServers();
  });

  const heldBytes = async (): Promise<number> => ((await program.ask('figures')) as unknown as RelayFigures).held;

  it('slows no other, holds little more than its log, and gives the slow one the same text', async () => {
    const { text, dataBytes, events } = createAnswer(new Dice(1));
    const baseURL = `${String(program.ready['url'])}/v1`;
    const client = createClient({ baseURL });
    const idle = await heldBytes();
    const held: Promise<number>[] = [];

    const begun = new Promise<string>((resolve) => {
      const onResponse = ({ streamId }: { readonly streamId: string | undefined }): void => resolve(streamId!);
      client.chat(chatRequest, { onResponse, onUnsubscribe: 'leave' }).subscribe();
    });
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    const id = await begun;
    const slow = await takePieces(`${baseURL}/streams/${id}`);
    let read = 0;
    // The slow one takes a piece, and memory is measured, after each megabyte of text.
    const watch = tap((word: string) => {
      if (Math.floor((read + word.length) / megabyte) > Math.floor(read / megabyte)) {
        void slow.take();
        held.push(heldBytes());
      }
      read += word.length;
    });
    const fast = Array.from({ length: fastReaders }, (_, place) => {
      const words = client.resumeStream(id, { api: 'chat' }).pipe(textDeltas());
      return (place === 0 ? words.pipe(watch) : words).pipe(toText());
    });
    const reading = lastValueFrom(forkJoin(fast));
    events.forEach((event) => served.write(event));
    served.end();

    expect((await reading).every((each) => each === text)).toBe(true);
    expect(slow.bytes()).toBeLessThan(wireBytes / 4);
    held.push(heldBytes());
    expect(Math.max(...(await Promise.all(held))) - idle).toBeLessThan(dataBytes + 32 * megabyte);
    expect(held.length).toBeGreaterThan(5);
    expect(await textOf(await slow.takeAll())).toBe(text);
  });
});

/** Creates an answer of random words that is so many bytes on the wire. */
function createAnswer(dice: Dice) {
  const words: string[] = [];
  const events: string[] = [];
  let bytes = 0;
  while (bytes < wireBytes) {
    const word = `${words.length} ${'abcdefghij'.slice(dice.below(10)).repeat(1 + dice.below(120))} `;
    const event = eventStream(textChunk(word));
    words.push(word);
    events.push(event);
    bytes += event.length;
  }
  events.push(eventStream(textChunk('', 'stop'), '[DONE]'));
  return { text: words.join(''), dataBytes: bytes, events };
}

/** Reads an answer piece by piece, each when it is told to. */
async function takePieces(url: string) {
  const request = send(url).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const iterator = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  let last: Promise<boolean> = Promise.resolve(true);
  const take = (): Promise<boolean> =>
    (last = last.then(async () => {
      const { done, value } = await iterator.next();
      if (done !== true) {
        pieces.push(value);
      }
      return done !== true;
    }));
  return {
    take,
    bytes: () => pieces.reduce((sum, { length }) => sum + length, 0),
    takeAll: async () => {
      while (await take()) {
        // Until the end.
      }
      return pieces;
    },
  };
}

function textOf(pieces: readonly Uint8Array[]): Promise<string> {
  const chunks = from(pieces).pipe(
    decodeEvents(),
    filter(({ data }) => data !== '[DONE]'),
    map(({ data }) => JSON.parse(data) as ChatCompletionChunk),
  );
  return lastValueFrom(chunks.pipe(textDeltas(), toText()));
}
