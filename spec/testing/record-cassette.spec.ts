import { build } from 'esbuild';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { concat, EMPTY, firstValueFrom, map, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { createClient, RateLimitError, retryTransient, textDeltas, toText } from '../../src/index.js';
import { type Cassette, recordCassette, replayCassette } from '../../src/testing/index.js';
import { answer, chatRequest, fakeTransport, hello } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';
import { always, plain, record, request, runScheduled, useFolder } from './cassettes.js';

const baseURL = 'http://server.test/v1';
const folder = useFolder();
const events = { h: head(200, { 'content-type': 'text/event-stream' }), a: data('a'), b: data('b') };

describe('recordCassette', () => {
  it('passes events through, and records when they arrived', () => {
    runScheduled(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const exchange = cold('  --h-a---b-|', events);
      const exchangeSubs = '   ^---------!';
      const expected = '       --h-a---b-|';
      const recorder = recordCassette({ scheduler });

      expectObservable(recorder(request, always(exchange))).toBe(expected, events);
      expectSubscriptions(exchange.subscriptions).toBe(exchangeSubs);
      flush();
      expect(recorded(recorder)).toEqual({
        version: 1,
        exchanges: [
          {
            request: {
              operation: 'chat',
              method: 'POST',
              url: 'http://server.test/v1/chat/completions',
              headers: {},
              json: { model: 'small', messages: [{ role: 'user', content: 'Hi' }] },
            },
            response: {
              at: 2,
              status: 200,
              headers: { 'content-type': 'text/event-stream' },
              body: [
                { at: 4, text: 'a' },
                { at: 8, text: 'b' },
              ],
            },
            end: { type: 'complete', at: 10 },
          },
        ],
      });
    });
  });

  it('records when an error occurred', () => {
    runScheduled(({ cold, expectObservable, flush }, scheduler) => {
      const failure = new RangeError('broken');
      const recorder = recordCassette({ scheduler });

      expectObservable(recorder(request, always(cold('--h-#', events, failure)))).toBe('--h-#', events, failure);
      flush();
      expect(recorded(recorder).exchanges).toMatchObject([
        {
          response: { at: 2, body: [] },
          end: { type: 'error', at: 4, error: { name: 'RangeError', message: 'broken' } },
        },
      ]);
    });
  });

  it('records an unsubscribe', () => {
    runScheduled(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const exchange = cold('--h-a---b-|', events);
      const exchangeSubs = ' ^-----!';
      const recorder = recordCassette({ scheduler });

      expectObservable(recorder(request, always(exchange)), '------!').toBe('--h-a--', events);
      expectSubscriptions(exchange.subscriptions).toBe(exchangeSubs);
      flush();
      expect(recorded(recorder).exchanges).toMatchObject([
        { response: { body: [{ at: 4, text: 'a' }] }, end: { type: 'abort', at: 6 } },
      ]);
    });
  });

  it('emits its cassette once no exchange is open, in the order of the requests', () => {
    runScheduled(({ cold, expectObservable }, scheduler) => {
      const recorder = recordCassette({ scheduler });
      const slow = cold('       -----h|', events);
      const fast = cold('       -h|', events);
      observe(recorder({ ...request, url: 'http://server.test/slow' }, always(slow)));
      observe(recorder({ ...request, url: 'http://server.test/fast' }, always(fast)));
      const expected = '        ------(x|)';

      const urls = recorder.cassette.pipe(map(({ exchanges }) => exchanges.map((exchange) => exchange.request.url)));
      expectObservable(urls).toBe(expected, { x: ['http://server.test/slow', 'http://server.test/fast'] });
    });
  });

  it('emits an empty cassette before the first request', () => {
    expect(recorded(recordCassette())).toEqual({ version: 1, exchanges: [] });
  });

  it('records nothing before subscribe, and an exchange per subscription', () => {
    const recorder = recordCassette();
    const exchange = recorder(request, always(of(events.h, events.a)));
    expect(recorded(recorder).exchanges).toHaveLength(0);

    exchange.subscribe();
    exchange.subscribe();

    expect(recorded(recorder).exchanges).toHaveLength(2);
  });

  it('stops a synchronous exchange when unsubscribed', () => {
    const recorder = recordCassette();
    const sent: string[] = [];
    const transport = always(of('a', 'b', 'c').pipe(map((text) => (sent.push(text), data(text)))));

    firstValueFrom(recorder(request, transport)).catch(() => undefined);

    expect(sent).toEqual(['a']);
    expect(recorded(recorder).exchanges).toMatchObject([{ end: { type: 'abort' } }]);
  });

  it('copies bytes that may change later', () => {
    const recorder = recordCassette();
    const bytes = new TextEncoder().encode('kept');

    recorder(request, always(of(events.h, { type: 'data', bytes } as const))).subscribe();
    bytes.fill(0);

    expect(recorded(recorder).exchanges[0]?.response?.body).toEqual([{ at: expect.any(Number), text: 'kept' }]);
  });

  it.each([
    ['JSON', '{"a":1}', { json: { a: 1 } }],
    ['JSON in bytes', new TextEncoder().encode('{"a":1}'), { json: { a: 1 } }],
    ['text', 'plain', { text: 'plain' }],
    ['binary data', new Uint8Array([255, 0]), { base64: '/wA=' }],
  ])('records a request body of %s', async (_what, body, content) => {
    const { exchanges } = await record(always(EMPTY), [{ ...request, body }]);

    const { operation, method, url, headers, ...rest } = exchanges[0]!.request;
    expect(rest).toEqual(content);
  });

  it('records no body for a request without one', async () => {
    const { body, ...bodiless } = request;
    const { exchanges } = await record(always(EMPTY), [bodiless]);

    expect(Object.keys(exchanges[0]!.request)).toEqual(['operation', 'method', 'url', 'headers']);
  });

  it('records each attempt of a client that retries, if it is listed last', async () => {
    const busy = answer('{"error":{"message":"Slow down"}}', { status: 429 });
    const { transport } = fakeTransport(busy, answer(hello));
    const recorder = recordCassette();
    const client = createClient({
      baseURL,
      transport,
      interceptors: [(intercepted, next) => next(intercepted).pipe(retryTransient({ random: () => 0 })), recorder],
    });

    await observe(client.chat(chatRequest)).ended;

    expect((await firstValueFrom(recorder.cassette)).exchanges.map(({ response }) => response?.status)).toEqual([
      429, 200,
    ]);
  });

  it('passes the error of an error response through', async () => {
    const { transport } = fakeTransport(answer('{"error":{"message":"Slow down"}}', { status: 429 }));
    const error = await observe(
      createClient({ baseURL, transport, interceptors: [recordCassette()] }).chat(chatRequest),
    ).ended;

    expect(error).toBeInstanceOf(RateLimitError);
  });

  describe('the file', () => {
    it('is created with its folder, and can be replayed', async () => {
      const file = folder.path('new/folder/hello.json');
      await record(always(answer(hello)), [request], { file });

      const replayed = observe(replayCassette(file, { speed: Infinity })(request));
      await replayed.ended;
      expect(replayed.values.map(plain)).toEqual([plain(events.h), plain(data(hello))]);
      expect(readdirSync(folder.path('new/folder'))).toEqual(['hello.json']);
    });

    it('can be named by a URL', async () => {
      await record(always(answer(hello)), [request], { file: pathToFileURL(folder.path('by-url.json')) });

      expect(replayCassette(pathToFileURL(folder.path('by-url.json')))).toBeInstanceOf(Function);
    });

    it('is formatted with a line per piece, and the request as JSON', () => {
      const file = folder.path('readable.json');
      runScheduled(({ cold, flush }, scheduler) => {
        recordCassette({ file, scheduler })(request, always(cold('--h-a---b-|', events))).subscribe();
        flush();
      });

      expect(folder.read('readable.json')).toBe(`{
  "version": 1,
  "exchanges": [
    {
      "request": {
        "operation": "chat",
        "method": "POST",
        "url": "http://server.test/v1/chat/completions",
        "headers": {},
        "json": {
          "model": "small",
          "messages": [
            { "role": "user", "content": "Hi" }
          ]
        }
      },
      "response": {
        "at": 2,
        "status": 200,
        "headers": { "content-type": "text/event-stream" },
        "body": [
          { "at": 4, "text": "a" },
          { "at": 8, "text": "b" }
        ]
      },
      "end": { "type": "complete", "at": 10 }
    }
  ]
}
`);
    });

    it('contains each exchange as soon as it has ended', () => {
      const file = folder.path('each.json');
      const recorder = recordCassette({ file });
      const count = (): number => (JSON.parse(folder.read('each.json')) as Cassette).exchanges.length;

      recorder(request, always(EMPTY)).subscribe();
      expect(count()).toBe(1);
      const subscription = recorder(request, always(NEVER)).subscribe();
      recorder(request, always(throwError(() => new Error('broken')))).subscribe({ error: () => undefined });
      expect(count()).toBe(2);
      subscription.unsubscribe();
      expect(count()).toBe(3);
    });

    it('is overwritten by the next recorder', async () => {
      const file = folder.path('overwritten.json');
      await record(always(EMPTY), [request, request], { file });
      await record(always(EMPTY), [request], { file });

      expect((JSON.parse(folder.read('overwritten.json')) as Cassette).exchanges).toHaveLength(1);
    });

    it('fails the stream before the request is sent if it cannot be written', async () => {
      const { transport, requests } = fakeTransport();
      writeFileSync(folder.path('no-folder'), '');
      const recorder = recordCassette({ file: folder.path('no-folder/hello.json') });

      const error = await observe(recorder(request, transport)).ended;

      expect(error).toMatchObject({
        message: expect.stringMatching(/^The cassette .*no-folder.hello\.json cannot be written \(E[A-Z]+\)$/u),
        cause: { code: expect.any(String) },
      });
      expect(requests).toHaveLength(0);
      expect(await observe(recorder.cassette).ended).toBe(error);
    });

    it('fails the stream if it can no longer be written, and leaves no draft', async () => {
      mkdirSync(folder.path('blocked'));
      const recorder = recordCassette({ file: folder.path('blocked/hello.json') });
      const block = timer(0).pipe(
        mergeMap(() => {
          replaceByFolder(folder.path('blocked/hello.json'));
          return EMPTY;
        }),
      );

      const error = await observe(recorder(request, always(concat(of(events.h), block)))).ended;

      expect(error).toMatchObject({ message: expect.stringMatching(/hello\.json cannot be written \(E[A-Z]+\)$/u) });
      expect(readdirSync(folder.path('blocked'))).toEqual(['hello.json']);
      expect(await observe(recorder.cassette).ended).toMatchObject({ message: (error as Error).message });
    });

    it('fails only the cassette if it cannot be written after an unsubscribe', async () => {
      mkdirSync(folder.path('left'));
      const recorder = recordCassette({ file: folder.path('left/hello.json') });
      const subscription = recorder(request, always(NEVER)).subscribe();
      replaceByFolder(folder.path('left/hello.json'));

      expect(() => subscription.unsubscribe()).not.toThrow();

      expect(await observe(recorder.cassette).ended).toMatchObject({
        message: expect.stringMatching(/cannot be written/u),
      });
    });

    it('is not written by default', async () => {
      const before = readdirSync(folder.path('.'));
      await record(always(answer(hello)));

      expect(readdirSync(folder.path('.'))).toEqual(before);
    });
  });

  it.each<[unknown, string]>([
    [null, 'The configuration of recordCassette must be an object, not null'],
    ['hello.json', 'The configuration of recordCassette must be an object, not a string'],
    [{ file: '' }, 'file must be a path or a file URL, not a string'],
    [{ file: 7 }, 'file must be a path or a file URL, not 7'],
    [{ secrets: 'secret' }, 'secrets must be an array of strings of 4 characters or more, not a string'],
    [{ secrets: ['abc'] }, 'secrets must be an array of strings of 4 characters or more, not an object'],
    [{ scheduler: {} }, 'scheduler must be an rxjs scheduler, not an object'],
    [{ scheduler: null }, 'scheduler must be an rxjs scheduler, not null'],
  ])('throws for the configuration %j', (config, message) => {
    expect(() => recordCassette(config as object)).toThrow(new TypeError(message));
  });

  it('records the request of a client', async () => {
    const { transport } = fakeTransport(answer(hello));
    const recorder = recordCassette();
    const client = createClient({ baseURL, transport, interceptors: [recorder] });
    const text = await firstValueFrom(client.chat(chatRequest).pipe(textDeltas(), toText()));

    const { exchanges } = await firstValueFrom(recorder.cassette);
    expect(text).toBe('Hello');
    expect(exchanges[0]?.request).toMatchObject({
      headers: { accept: expect.any(String), 'content-type': 'application/json' },
      json: { ...chatRequest, stream: true },
    });
  });

  it('needs neither files nor Node modules in a web page', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
        import { of, toArray } from 'rxjs';
        import { recordCassette, replayCassette } from '../../src/testing/index.js';
        const request = { operation: 'chat', method: 'POST', url: 'http://server.test/v1', headers: {}, body: '{}' };
        const bytes = Uint8Array.of(72, 105, 255);
        const recorder = recordCassette();
        recorder(request, () => of({ type: 'head', status: 200, headers: new Headers() }, { type: 'data', bytes })).subscribe();
        recorder.cassette.subscribe((cassette) => {
          replayCassette(cassette, { speed: Infinity })(request).pipe(toArray()).subscribe(([, data]) => {
            try {
              replayCassette('hello.json');
            } catch (error) {
              report([...data.bytes, error.message]);
            }
          });
        });
      `,
        resolveDir: __dirname,
      },
      bundle: true,
      platform: 'browser',
      write: false,
    });
    const globals = { URL, URLSearchParams, Headers, TextEncoder, TextDecoder, atob, btoa, setInterval, clearInterval };

    const seen = await new Promise<readonly unknown[]>((report) => {
      runInContext(outputFiles[0]!.text, createContext({ ...globals, report }));
    });

    expect([...seen]).toEqual([
      72,
      105,
      255,
      'There is no file system here: take the cassette from its recorder, and pass the data to replayCassette',
    ]);
  });
});

function recorded(recorder: ReturnType<typeof recordCassette>): Cassette {
  let cassette: Cassette | undefined;
  recorder.cassette.subscribe((value) => (cassette = value)).unsubscribe();
  return cassette!;
}

/** A file cannot be renamed to a folder that is not empty. */
function replaceByFolder(file: string): void {
  rmSync(file);
  mkdirSync(join(file, 'inside'), { recursive: true });
}
