import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { config as rxjsConfig, EMPTY, NEVER, of, throwError, timer, map } from 'rxjs';
import { createClient } from '../../../src/index.js';
import { relay, type Authorize, type RelaySession } from '../../../src/server/index.js';
import { chatRequest } from '../../support/answers.js';
import { chatPath, errorOf, relayed } from '../../support/relayed.js';

const reported: unknown[] = [];

beforeEach(() => {
  rxjsConfig.onUnhandledError = (error) => reported.push(error);
});

afterEach(() => {
  rxjsConfig.onUnhandledError = null;
  reported.length = 0;
});

describe('What a relay serves', () => {
  it.each([
    ['GET', '/v1/chat/completions', 405, 'POST'],
    ['HEAD', '/v1/models', 405, 'GET'],
    ['POST', '/v1/models', 405, 'GET'],
    ['PUT', '/responses', 405, 'POST'],
    ['POST', '/api/streams/stream_0123456789', 405, 'GET, DELETE'],
    ['OPTIONS', '/v1/chat/completions', 405, 'POST'],
    ['POST', '/v1/completions', 404, null],
    ['POST', '/chat-completions', 404, null],
    ['POST', '/achat/completions', 404, null],
    ['POST', '/chat/completions/', 404, null],
    ['GET', '/responses/resp_1', 404, null],
    ['GET', '/streams/short', 404, null],
    ['GET', '/streams/stream_0123456789%0a', 404, null],
  ])('does not include %s %s: %i', async (method, path, status, allow) => {
    const { ask, received } = relayed();
    const response = await ask(path, { method });

    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    expect(received).toEqual([]);
  });

  it.each(['/chat/completions', '/any/thing/before/chat/completions', '/v1/chat/completions?api-version=1'])(
    'includes %s',
    async (path) => {
      const { post, received } = relayed();

      expect((await post(path, chatRequest)).status).toBe(200);
      expect(received).toMatchObject([{ url: 'https://upstream.test/v1/chat/completions' }]);
    },
  );

  it('sends nothing of the caller but the body', async () => {
    const { post, received } = relayed();
    await post(`${chatPath}?debug=1`, chatRequest, { authorization: 'Bearer caller', cookie: 'a=b', 'x-own': 'c' });

    expect(received).toMatchObject([
      {
        url: 'https://upstream.test/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-of-the-operator' },
      },
    ]);
    expect(JSON.stringify(received)).not.toMatch(/caller|a=b|x-own|debug/u);
  });
});

describe('A relay that is called as another server calls its handlers', () => {
  const handle = relay({
    client: createClient({ baseURL: 'https://upstream.test/v1' }),
    authorize: 'anyone',
    models: [],
  });

  it.each<[string, readonly unknown[]]>([
    ['node:http', [new IncomingMessage(new Socket()), {}]],
    ['Hono', [{ path: '/v1/models', env: {} }]],
    ['nobody', []],
  ])('says how that server is to call it: %s', async (_, values) => {
    const call = handle as (...parameters: readonly unknown[]) => Promise<Response>;

    await expect(call(...values)).rejects.toThrow(
      'A relay takes a web Request: use toNodeHandler(handle) for node:http and Express, handle(context.req.raw) for Hono',
    );
  });
});

describe('authorize', () => {
  const anna = { user: 'anna' };

  it.each<[string, Authorize<RelaySession>]>([
    ['a session', () => anna],
    ['a Promise', () => Promise.resolve(anna)],
    ['an Observable', () => timer(0).pipe(map(() => anna))],
    ['an Observable that goes on', () => of(anna, { user: 'bert' })],
  ])('may give %s', async (_, authorize) => {
    const models = jest.fn(() => true);
    const { post } = relayed({ authorize, models });

    expect((await post(chatPath, chatRequest)).status).toBe(200);
    expect(models).toHaveBeenCalledWith('small', anna);
  });

  it.each<[string, Authorize<RelaySession>]>([
    ['undefined', () => undefined],
    ['null', () => Promise.resolve(null)],
    ['no value', () => EMPTY],
  ])('refuses with 401 by %s, and the body is not read', async (_, authorize) => {
    const { ask, received } = relayed({ authorize });
    const pull = jest.fn();
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const response = await ask(chatPath, { method: 'POST', body, duplex: 'half' } as RequestInit);

    expect(response.status).toBe(401);
    expect(await errorOf(response)).toMatchObject({ type: 'authentication', param: null });
    expect([pull.mock.calls.length, received.length]).toEqual([0, 0]);
  });

  it.each(['/v1/models', '/v1/streams/stream_0123456789'])('is asked for %s', async (path) => {
    const { ask } = relayed({ authorize: () => undefined });

    expect((await ask(path)).status).toBe(401);
  });

  it('refuses with a response of its own, which is passed on as it is', async () => {
    const refusal = (): Response => new Response('Sign in', { status: 403, headers: { 'x-why': 'age' } });
    const given = [() => refusal(), () => of(refusal()), () => Promise.resolve(refusal())];
    for (const authorize of given) {
      const response = await relayed({ authorize }).post(chatPath, chatRequest);

      expect([response.status, response.headers.get('x-why'), await response.text()]).toEqual([403, 'age', 'Sign in']);
    }
    expect(reported).toEqual([]);
  });

  // @hono/node-server puts a class of its own in place of the global one.
  it.each([{}, { origins: ['https://app.example'] }])(
    'refuses with a response that is no instance of the global class, with %j',
    async (config) => {
      const Native = Response;
      const refusal = (): Response => Native.json({ sign: 'in' }, { status: 403 });
      const given: readonly Authorize<RelaySession>[] = [
        () => refusal(),
        () => of(refusal()),
        () => {
          throw refusal();
        },
      ];
      globalThis.Response = class extends Native {
        constructor(body?: BodyInit | null, init?: ResponseInit) {
          super(body, { ...init });
        }
      };
      try {
        for (const authorize of given) {
          const response = await relayed({ ...config, authorize }).post(chatPath, chatRequest);

          expect([response.status, await response.json()]).toEqual([403, { sign: 'in' }]);
        }
      } finally {
        globalThis.Response = Native;
      }
      expect(reported).toEqual([]);
    },
  );

  it('that throws is answered with 500 without its text, which the operator sees', async () => {
    const failure = new Error('The database at 10.0.0.7 is down');
    const failing: readonly Authorize<RelaySession>[] = [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
      () => throwError(() => failure),
    ];
    for (const authorize of failing) {
      const response = await relayed({ authorize }).post(chatPath, chatRequest);

      expect(response.status).toBe(500);
      expect(await errorOf(response)).toEqual({
        message: 'The server failed',
        type: 'server',
        code: null,
        param: null,
      });
    }
    expect(reported).toEqual([failure, failure, failure]);
  });

  it.each<[string, unknown]>([
    ['an empty user', { user: '' }],
    ['a numeric user', { user: 7 }],
    ['a text', 'anna'],
    ['true', true],
    ['another object', { id: 'anna' }],
  ])('that gives %s is a mistake of the operator', async (_, given) => {
    const response = await relayed({ authorize: () => given as RelaySession }).post(chatPath, chatRequest);

    expect(response.status).toBe(500);
    const must = "{ user: 'id' } with a text that is not empty, a Response that refuses, or nothing";
    expect(reported).toEqual([new TypeError(`authorize must give ${must}`)]);
  });

  it('may read a copy of the body, but not the body', async () => {
    const reading: Authorize<RelaySession> = async (request) => ({ user: await request.text() });
    const copying: Authorize<RelaySession> = async (request) => ({ user: await request.clone().text() });

    expect((await relayed({ authorize: copying }).post(chatPath, chatRequest)).status).toBe(200);
    expect((await relayed({ authorize: reading }).post(chatPath, chatRequest)).status).toBe(500);
    expect(reported).toEqual([
      new TypeError('The body has been read before the relay: let authorize and middleware read request.clone()'),
    ]);
  });

  it('writes to the log of the server where nobody handles errors', async () => {
    rxjsConfig.onUnhandledError = null;
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const authorize = (): never => {
      throw new Error('Down');
    };
    await relayed({ authorize }).post(chatPath, chatRequest);

    expect(log).toHaveBeenCalledWith(new Error('Down'));
    log.mockRestore();
  });

  it('is left when the caller leaves', async () => {
    const left = jest.fn();
    const leaving = new AbortController();
    const { ask } = relayed({ authorize: () => NEVER.pipe(map(() => anna)) });
    const response = ask('/v1/models', { signal: leaving.signal });
    leaving.signal.addEventListener('abort', left);
    leaving.abort();

    expect((await response).status).toBe(499);
    expect([left.mock.calls.length, reported]).toEqual([1, []]);
  });
});

describe('The body of a request', () => {
  const nested = (levels: number): string => {
    const inside = levels - 1;
    return `{"model":"small","messages":[{"role":"user","content":"Hi"}],"x":${'['.repeat(inside)}${']'.repeat(inside)}}`;
  };

  it.each([undefined, 'text/plain', 'text/plain; a=application/json', 'application/x-www-form-urlencoded'])(
    'is refused with 415 as %s, since any page can send that',
    async (type) => {
      const { ask, received } = relayed();
      const body = new TextEncoder().encode(JSON.stringify(chatRequest));
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const response = await ask(chatPath, { method: 'POST', headers, body });

      expect([response.status, received.length]).toEqual([415, 0]);
    },
  );

  it.each(['application/json; charset=utf-8', 'Application/JSON', ' application/json ;x'])(
    'may be %s',
    async (type) => {
      expect((await relayed().post(chatPath, chatRequest, { 'content-type': type })).status).toBe(200);
    },
  );

  it('is refused with 415 where it is encoded', async () => {
    expect((await relayed().post(chatPath, chatRequest, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('is refused with 413 before it is read where its length says so', async () => {
    const { ask } = relayed({ limits: { bodyBytes: 100 } });
    const pull = jest.fn();
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const headers = { 'content-type': 'application/json', 'content-length': '101' };
    const response = await ask(chatPath, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

    expect([response.status, pull.mock.calls.length]).toEqual([413, 0]);
    expect(await errorOf(response)).toMatchObject({ code: 'request_too_large' });
  });

  it('is refused with 413 once it is too long, whatever its length says', async () => {
    const { ask, received } = relayed({ limits: { bodyBytes: 100 } });
    let pulled = 0;
    const cancel = jest.fn();
    const body = new ReadableStream(
      {
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(40));
        },
        cancel,
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-type': 'application/json', 'content-length': '12' };
    const response = await ask(chatPath, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

    expect([response.status, pulled, cancel.mock.calls.length, received.length]).toEqual([413, 3, 1, 0]);
  });

  it('of 4 MiB is taken, and no byte more', async () => {
    const long = (bytes: number): string => {
      const body = JSON.stringify({ ...chatRequest, x: '' });
      return body.replace('"x":""', `"x":"${'y'.repeat(bytes - body.length)}"`);
    };
    const { post } = relayed();

    expect((await post(chatPath, long(4 * 2 ** 20))).status).toBe(200);
    expect((await post(chatPath, long(4 * 2 ** 20 + 1))).status).toBe(413);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"model":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"Hi"'],
    ['a repeated comma', '{"model":"small",,}'],
    ['129 levels', nested(129)],
    ['a hundred thousand levels', nested(100_000)],
  ])('is refused with 400 where it is %s', async (_, body) => {
    const { post, received } = relayed();
    const response = await post(chatPath, body);

    expect([response.status, received.length]).toEqual([400, 0]);
    expect(await errorOf(response)).toMatchObject({ type: 'invalid_request', code: 'invalid_json' });
  });

  it('is refused with 400 where it is no UTF-8', async () => {
    const { ask } = relayed();
    const headers = { 'content-type': 'application/json' };
    const body = new Uint8Array([...new TextEncoder().encode('{"model":"'), 0xff, 0x22, 0x7d]);

    expect((await ask(chatPath, { method: 'POST', headers, body })).status).toBe(400);
  });

  it('may nest 128 levels', async () => {
    expect((await relayed().post(chatPath, nested(128))).status).toBe(200);
  });

  it('keeps keys of prototypes to itself', async () => {
    const { post, bodies } = relayed();
    const body = JSON.stringify(chatRequest).replace('{', '{"__proto__":{"store":true},"constructor":{"prototype":1},');

    expect((await post(chatPath, body)).status).toBe(200);
    expect(Object.keys(bodies()[0] as object)).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    expect((bodies()[0] as { store?: unknown }).store).toBeUndefined();
    expect(({} as { store?: unknown }).store).toBeUndefined();
  });

  it('that is cut off is refused, and the operator is not bothered', async () => {
    const { ask, received } = relayed();
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error('reset')),
    });
    const headers = { 'content-type': 'application/json' };
    const response = await ask(chatPath, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

    expect([response.status, received.length, reported]).toEqual([400, 0, []]);
  });

  it('is no longer read when the caller leaves', async () => {
    const { ask, received } = relayed();
    const leaving = new AbortController();
    const cancel = jest.fn();
    const body = new ReadableStream({ pull: () => leaving.abort(), cancel }, { highWaterMark: 0 });
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half', signal: leaving.signal };
    const response = await ask(chatPath, init);

    expect([response.status, received.length, reported]).toEqual([499, 0, []]);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it.each([
    [chatPath, {}, 'model'],
    [chatPath, { model: '' }, 'model'],
    [chatPath, { model: ['small'], messages: [] }, 'model'],
    [chatPath, { model: 'small' }, 'messages'],
    [chatPath, { model: 'small', messages: [] }, 'messages'],
    [chatPath, { model: 'small', messages: [{ role: 'user' }, 'Hi'] }, 'messages[1]'],
    [chatPath, { ...chatRequest, stream: 'yes' }, 'stream'],
    [chatPath, { ...chatRequest, stream_options: true }, 'stream_options'],
    ['/responses', { input: 'Hi' }, 'model'],
    ['/responses', { model: 7, input: 'Hi' }, 'model'],
    ['/responses', { model: 'small', input: 7 }, 'input'],
    ['/responses', { model: 'small', messages: [] }, 'input'],
  ])('is checked as the client does: %s %j', async (path, body, param) => {
    const { post, received } = relayed();
    const response = await post(path, body);
    const error = (await errorOf(response)) as { message: string; param: string };

    expect([response.status, error.param, received.length]).toEqual([400, param, 0]);
    expect(error.message).toContain(param);
    expect(error.message).not.toMatch(/chat\(\)|responses\(\) /u);
  });
});
