import { Agent, type Dispatcher, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { createClient, textDeltas, toText } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { chatRequest, hello } from '../support/answers.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runProgram } from '../support/run-program.js';

const eventStream = { headers: { 'content-type': 'text/event-stream' } };
const mocked = hello.replace('Hel', 'Mocked hel');

/** A dispatcher that answers every chat request. */
function mockAgent(origin: string): MockAgent {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent
    .get(origin)
    .intercept({ path: '/v1/chat/completions', method: 'POST' })
    .reply(200, mocked, eventStream)
    .persist();
  return agent;
}

function mockFetch(): jest.MockedFunction<typeof fetch> {
  return jest.fn<Promise<Response>, Parameters<typeof fetch>>(() => Promise.resolve(new Response(mocked, eventStream)));
}

describe('the default transport on Node', () => {
  expectQuietProcess();
  const original = { dispatcher: getGlobalDispatcher(), fetch: globalThis.fetch };
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer({
      answer: (served) => {
        served.head(200, eventStream.headers);
        served.end(hello);
      },
    });
  });

  afterEach(async () => {
    Object.defineProperty(Agent, 'name', { value: 'Agent', configurable: true });
    globalThis.fetch = original.fetch;
    setGlobalDispatcher(original.dispatcher);
    await closeServers();
  });

  async function ask(client = createClient({ baseURL: `${server.url}/v1` })): Promise<string> {
    const seen = observe(client.chat(chatRequest).pipe(textDeltas(), toText()));
    expect(await seen.ended).toBeUndefined();
    return seen.values.join('');
  }

  it('sends through a global MockAgent, whether it was set before or after the client was created', async () => {
    const before = createClient({ baseURL: `${server.url}/v1` });
    setGlobalDispatcher(mockAgent(server.url));

    expect([await ask(before), await ask()]).toEqual(['Mocked hello', 'Mocked hello']);
    expect(server.requests).toBe(0);
  });

  it('reaches no server that a global MockAgent does not know', async () => {
    setGlobalDispatcher(mockAgent('http://another.test'));

    expect(await failureOf(createClient({ baseURL: `${server.url}/v1` }).chat(chatRequest))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: `No answer from ${server.url} (UND_MOCK_ERR_MOCK_NOT_MATCHED)`,
    });
    expect(server.requests).toBe(0);
  });

  it('sends through a global dispatcher that was composed', async () => {
    const paths: string[] = [];
    const agent = new Agent();
    setGlobalDispatcher(
      agent.compose((dispatch) => (options, handler) => {
        paths.push(options.path);
        return dispatch(options, handler);
      }),
    );

    expect(await ask()).toBe('Hello');
    expect(paths).toEqual(['/v1/chat/completions']);
    await agent.close();
  });

  it.each([
    ['such as undici sets when it is imported', 'Agent'],
    ['also if a bundler has shortened the names of classes', 'a'],
  ])('ignores a plain Agent, %s', async (_which, name) => {
    const agent = new Agent();
    await agent.close();
    Object.defineProperty(Agent, 'name', { value: name, configurable: true });
    setGlobalDispatcher(agent);

    expect(await ask()).toBe('Hello');
  });

  it('sends through an agent of a class that the program derived', async () => {
    const paths: string[] = [];
    class LoggingAgent extends Agent {
      override dispatch(...[options, handler]: Parameters<Agent['dispatch']>): boolean {
        paths.push(options.path);
        return super.dispatch(options, handler);
      }
    }
    const agent = new LoggingAgent();
    setGlobalDispatcher(agent);

    expect(await ask()).toBe('Hello');
    expect(paths).toEqual(['/v1/chat/completions']);
    await agent.close();
  });

  it('sends through a replaced fetch, whether it was replaced before or after the client was created', async () => {
    const before = createClient({ baseURL: `${server.url}/v1`, apiKey: 'secret-key' });
    const fetch = mockFetch();
    globalThis.fetch = fetch;

    expect([await ask(before), await ask()]).toEqual(['Mocked hello', 'Mocked hello']);
    expect(server.requests).toBe(0);
    expect(fetch.mock.calls[0]).toMatchObject([
      `${server.url}/v1/chat/completions`,
      { method: 'POST', headers: { authorization: 'Bearer secret-key' } },
    ]);
  });

  it('sends by itself again once fetch is restored', async () => {
    const client = createClient({ baseURL: `${server.url}/v1` });
    globalThis.fetch = mockFetch();
    await ask(client);
    globalThis.fetch = original.fetch;

    expect(await ask(client)).toBe('Hello');
  });

  it('needs no fetch', async () => {
    Reflect.deleteProperty(globalThis, 'fetch');

    expect(await ask()).toBe('Hello');
  });

  it('gives way to undiciTransport by name, which sends by itself', async () => {
    setGlobalDispatcher(mockAgent(server.url));
    globalThis.fetch = mockFetch();

    expect(await ask(createClient({ baseURL: `${server.url}/v1`, transport: undiciTransport() }))).toBe('Hello');
    expect(server.requests).toBe(1);
  });

  it.each([
    ['nothing', ''],
    ["Node's own fetch was used", `await (await fetch(url)).text();`],
    ['undici was imported', `await import('undici');`],
    [
      'undici was imported after a fetch',
      `await (await fetch(url)).text();
      await import('undici');`,
    ],
  ])('is undici where %s', async (_case, before) => {
    const modes: unknown[] = [];
    const { url } = await startServer({
      answer: (served) => {
        modes.push(served.headers['sec-fetch-mode']);
        served.head(200, eventStream.headers);
        served.end(hello);
      },
    });
    const output = await runProgram(
      `const url = '${url}';
      const main = async () => {
        ${before}
        const { createClient } = await import('../../src/index.node.js');
        createClient({ baseURL: url + '/v1' }).chat(${JSON.stringify(chatRequest)}).subscribe({
          complete: () => console.log('completed'),
          error: console.error,
        });
      };
      void main();`,
    );

    expect(output).toBe('completed\n');
    // Node's fetch would send one.
    expect(modes.at(-1)).toBeUndefined();
  });

  it.each([
    ['fetch', 'globalThis.fetch = async () => new Response(mocked, eventStream);'],
    [
      'the global dispatcher',
      `const { MockAgent, setGlobalDispatcher } = await import('undici');
      const agent = new MockAgent();
      agent.get(url).intercept({ path: '/v1/chat/completions', method: 'POST' }).reply(200, mocked, eventStream);
      setGlobalDispatcher(agent);`,
    ],
  ])('sends through %s that was replaced before the package was imported', async (_what, replace) => {
    const output = await runProgram(
      `const url = '${server.url}';
      const [mocked, eventStream] = ${JSON.stringify([mocked, eventStream])};
      const main = async () => {
        ${replace}
        const { createClient, textDeltas, toText } = await import('../../src/index.node.js');
        createClient({ baseURL: url + '/v1' }).chat(${JSON.stringify(chatRequest)}).pipe(textDeltas(), toText())
          .subscribe(console.log);
      };
      void main();`,
    );

    expect(output).toBe('Mocked hello\n');
    expect(server.requests).toBe(0);
  });

  it('sends through a global dispatcher of undici 6 by a fetch that knows it', async () => {
    let calls = 0;
    const dispatcher = Object.assign(new Outdated(), {
      dispatch: (): never => {
        calls += 1;
        throw Object.assign(new Error('called'), { code: 'UND_ERR_INVALID_ARG' });
      },
    });
    Object.defineProperty(globalThis, Symbol.for('undici.globalDispatcher.1'), { value: dispatcher, writable: true });

    const failure = await failureOf(createClient({ baseURL: `${server.url}/v1` }).chat(chatRequest));

    expect([failure, calls, server.requests]).toEqual([
      expect.objectContaining({ name: 'ConnectionError', retryable: false }),
      1,
      0,
    ]);
  });
});

/** Composes as dispatchers of undici 6 do. */
class Outdated {
  dispatch(): boolean {
    return false;
  }

  compose(): Outdated {
    return new Outdated();
  }
}

describe('undiciTransport', () => {
  it.each<[string, object]>([
    ['5', { dispatch: () => false, pipeline: () => undefined }],
    ['6', new Outdated()],
  ])('throws TypeError for a dispatcher of undici %s, and says which versions work', (_version, outdated) => {
    const dispatcher = outdated as Dispatcher;

    expect(() => undiciTransport({ dispatcher })).toThrow(
      new TypeError('dispatcher must be of undici 7 or 8; this one is of an earlier version'),
    );
  });
});
