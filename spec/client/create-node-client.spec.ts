import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient as createFetchClient } from '../../src/index.fetch.js';
import { createClient, type ClientConfig, type RequestOptions } from '../../src/index.node.js';
import { createClient as createWebClient } from '../../src/index.js';
import { readEnvironment } from '../../src/node/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
  readonly version: string;
};
const key = 'key-of-the-environment';
const own = 'http://own.test/v1';
const bearer = `Bearer ${key}`;

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      Reflect.deleteProperty(process.env, name);
    } else {
      process.env[name] = value;
    }
  }
}

const original = { OPENAI_API_KEY: process.env['OPENAI_API_KEY'], OPENAI_BASE_URL: process.env['OPENAI_BASE_URL'] };

/** The address and key of a request. */
function sent(config: ClientConfig = {}, options?: RequestOptions): readonly [string, string | undefined] {
  const { transport, requests } = fakeTransport();
  createClient({ transport, ...config })
    .chat(chatRequest, options)
    .subscribe();
  const { url, headers } = requests[0]!;
  return [url.replace(/\/chat\/completions/u, ''), headers['authorization']];
}

describe('createClient on Node', () => {
  afterEach(() => {
    setEnvironment(original);
  });

  describe('with a key in the environment', () => {
    beforeEach(() => {
      setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: undefined });
    });

    it.each<[string, ClientConfig, string]>([
      ['the default server', {}, 'https://api.openai.com/v1'],
      ['the default server by name', { baseURL: 'https://api.openai.com/v1' }, 'https://api.openai.com/v1'],
      [
        'the default server by name, with a slash',
        { baseURL: 'https://api.openai.com/v1/' },
        'https://api.openai.com/v1',
      ],
    ])('sends it to %s', (_server, config, url) => {
      expect(sent(config)).toEqual([url, bearer]);
    });

    it.each([
      own,
      'https://api.openai.com.evil.test/v1',
      'http://api.openai.com/v1',
      'https://api.openai.com:8443/v1',
      'https://api.openai.com/v1/../other',
      'https://api.openai.com/v1?to=evil',
    ])('never sends it to %s, which is set in code', (baseURL) => {
      expect(sent({ baseURL })[1]).toBeUndefined();
      expect(sent({}, { baseURL })[1]).toBeUndefined();
    });

    it('sends it to the default server again after a request to another', () => {
      const { transport, requests } = fakeTransport();
      const client = createClient({ transport });
      client.chat(chatRequest, { baseURL: own }).subscribe();
      client.chat(chatRequest).subscribe();
      client.chat(chatRequest, { baseURL: undefined }).subscribe();

      expect(requests.map(({ headers }) => headers['authorization'])).toEqual([undefined, bearer, bearer]);
    });

    it('prefers the key set in code, even for the default server', () => {
      expect(sent({ apiKey: 'mine' })[1]).toBe('Bearer mine');
      expect(sent({}, { apiKey: 'mine' })[1]).toBe('Bearer mine');
      expect(sent({ apiKey: 'mine', baseURL: own })).toEqual([own, 'Bearer mine']);
    });

    it('sends none if the code sets an empty one', () => {
      expect(sent({ apiKey: '' })[1]).toBeUndefined();
    });
  });

  describe('with a key and a server in the environment', () => {
    beforeEach(() => {
      setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://environment.test/v1/' });
    });

    it.each<[string, ClientConfig, string]>([
      ['that server', {}, 'http://environment.test/v1'],
      ['that server by name', { baseURL: 'http://environment.test/v1' }, 'http://environment.test/v1'],
      ['the default server by name', { baseURL: 'https://api.openai.com/v1' }, 'https://api.openai.com/v1'],
    ])('sends the key to %s', (_server, config, url) => {
      expect(sent(config)).toEqual([url, bearer]);
    });

    it('never sends the key to a server set in code', () => {
      expect(sent({ baseURL: own })).toEqual([own, undefined]);
      expect(sent({}, { baseURL: own })).toEqual([own, undefined]);
    });

    it('sends the key set in code to that server', () => {
      expect(sent({ apiKey: 'mine' })).toEqual(['http://environment.test/v1', 'Bearer mine']);
    });
  });

  it("sends no key to the environment's server if the environment has none", () => {
    setEnvironment({ OPENAI_API_KEY: undefined, OPENAI_BASE_URL: 'http://environment.test/v1' });

    expect(sent()).toEqual(['http://environment.test/v1', undefined]);
  });

  it('ignores empty variables, and trims the others', () => {
    setEnvironment({ OPENAI_API_KEY: `  ${key}\n`, OPENAI_BASE_URL: '' });

    expect(sent()).toEqual(['https://api.openai.com/v1', bearer]);
  });

  it.each(['localhost:1234', 'nonsense'])(
    "throws if the environment's server is %s, unless one is set in code",
    (server) => {
      setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: server });

      expect(() => createClient()).toThrow('baseURL');
      expect(sent({ baseURL: own })).toEqual([own, undefined]);
    },
  );

  it('reads the environment when the client is created', () => {
    setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: undefined });
    const { transport, requests } = fakeTransport();
    const client = createClient({ transport });
    setEnvironment({ OPENAI_API_KEY: 'another' });

    client.chat(chatRequest).subscribe();

    expect(requests[0]?.headers['authorization']).toBe(bearer);
  });

  it.each<[string, ClientConfig, RequestOptions | undefined, string]>([
    ['this package and its version', {}, undefined, `rxllm/${version}`],
    ['what the client sets', { headers: { 'User-Agent': 'mine/1' } }, undefined, 'mine/1'],
    [
      'what the request sets',
      { headers: { 'User-Agent': 'mine/1' } },
      { headers: { 'user-agent': 'mine/2' } },
      'mine/2',
    ],
  ])('names as user-agent %s', (_what, config, options, expected) => {
    const { transport, requests } = fakeTransport();
    createClient({ baseURL: own, transport, ...config })
      .chat(chatRequest, options)
      .subscribe();

    expect(requests[0]?.headers['user-agent']).toBe(expected);
  });

  it('the client for the web names no user-agent', () => {
    const { transport, requests } = fakeTransport();
    createWebClient({ baseURL: own, transport }).chat(chatRequest).subscribe();

    expect(requests[0]?.headers).not.toHaveProperty('user-agent');
  });

  it('the client over fetch reads nothing from the environment that it does not need, and does without the rest', () => {
    const names: PropertyKey[] = [];
    const get = (_: object, name: PropertyKey): never => {
      names.push(name);
      throw new Error('Requires env access');
    };
    const environment = jest.replaceProperty(process, 'env', new Proxy<NodeJS.ProcessEnv>(process.env, { get }));
    const { transport, requests } = fakeTransport();

    createFetchClient({ baseURL: own, apiKey: key, transport });
    const needed = [...names];
    createFetchClient({ baseURL: own, transport }).chat(chatRequest).subscribe();
    environment.restore();

    expect(needed).toEqual([]);
    expect(names).toContain('OPENAI_BASE_URL');
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('the client over fetch reads the environment, too', () => {
    setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: own });
    const { transport, requests } = fakeTransport();

    createFetchClient({ transport }).chat(chatRequest).subscribe();

    expect(requests[0]).toMatchObject({ url: `${own}/chat/completions`, headers: { authorization: bearer } });
  });

  it('the client for the web does not read the environment', () => {
    setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: own });
    const { transport, requests } = fakeTransport();

    createWebClient({ transport }).chat(chatRequest).subscribe();

    expect(requests[0]?.url).toBe('https://api.openai.com/v1/chat/completions');
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [{}, { apiKey: undefined, baseURL: undefined }],
    [
      { OPENAI_API_KEY: ' ', OPENAI_BASE_URL: '' },
      { apiKey: undefined, baseURL: undefined },
    ],
    [
      { OPENAI_API_KEY: ' a ', OPENAI_BASE_URL: own },
      { apiKey: 'a', baseURL: own },
    ],
  ])('readEnvironment reads %j', (variables, expected) => {
    expect(readEnvironment(variables)).toEqual(expected);
  });

  it('readEnvironment reads process.env by default', () => {
    setEnvironment({ OPENAI_API_KEY: key, OPENAI_BASE_URL: undefined });

    expect(readEnvironment()).toEqual({ apiKey: key, baseURL: undefined });
  });
});
