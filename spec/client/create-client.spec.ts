import { createClient } from '../../src/index.js';
import { createClient as createNodeClient } from '../../src/index.node.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const page = { window: { document: {} }, document: {}, navigator: {}, location: { href: 'https://app.test/chat' } };

/** Does something as if in a web page. */
function inPage<T>(action: () => T): T {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  for (const [name, value] of Object.entries(page)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return action();
  } finally {
    for (const name of Object.keys(page)) {
      Reflect.deleteProperty(globalThis, name);
      if (name in before) {
        Object.defineProperty(globalThis, name, before[name as keyof typeof before]!);
      }
    }
  }
}

describe('createClient', () => {
  describe('in a web page', () => {
    it.each([
      ['a text', 'secret-key-1'],
      ['a function', () => 'secret-key-1'],
    ])('refuses an apiKey that is %s', (_kind, apiKey) => {
      const create = (): unknown => inPage(() => createClient({ apiKey }));

      expect(create).toThrow(TypeError);
      expect(create).toThrow(/apiKey.*dangerouslyAllowBrowser/u);
      expect(create).not.toThrow('secret-key-1');
    });

    it('refuses an apiKey for one request', () => {
      const client = createClient({ transport: fakeTransport().transport });

      expect(() => inPage(() => client.chat(chatRequest, { apiKey: 'secret-key-1' }))).toThrow(
        'dangerouslyAllowBrowser',
      );
    });

    it('refuses it in the client for Node, which a bundler may have taken', () => {
      expect(() => inPage(() => createNodeClient({ apiKey: 'secret-key-1' }))).toThrow('dangerouslyAllowBrowser');
    });

    it('refuses it where danger is disallowed by name', () => {
      expect(() => inPage(() => createClient({ apiKey: 'k', dangerouslyAllowBrowser: false }))).toThrow(TypeError);
    });

    it('allows it where the danger is known', () => {
      const { transport, requests } = fakeTransport();

      inPage(() => {
        const client = createClient({ apiKey: 'secret-key-1', dangerouslyAllowBrowser: true, transport });
        client.chat(chatRequest).subscribe();
      });

      expect(requests[0]?.headers['authorization']).toBe('Bearer secret-key-1');
    });

    it('takes a path for an address on the server of the page', () => {
      const { transport, requests } = fakeTransport();

      inPage(() => createClient({ baseURL: '/relay/v1', transport }).chat(chatRequest).subscribe());

      expect(requests[0]?.url).toBe('https://app.test/relay/v1/chat/completions');
    });
  });

  it.each([
    ['a worker, which has no document', { navigator: {} }],
    ['a server that defines a window', { window: {} }],
  ])('takes an apiKey in %s', (_place, globals) => {
    const names = Object.keys(globals);
    Object.assign(globalThis, globals);
    try {
      expect(() => createClient({ apiKey: 'secret-key-1' })).not.toThrow();
    } finally {
      names.forEach((name) => Reflect.deleteProperty(globalThis, name));
    }
  });

  it('asks with the fetch of the platform', async () => {
    const original = globalThis.fetch;
    const asked: unknown[] = [];
    globalThis.fetch = (url) => {
      asked.push(url);
      return Promise.resolve(new Response(null, { status: 500 }));
    };

    await new Promise((resolve) => {
      createClient({ baseURL: 'http://server.test' }).chat(chatRequest).subscribe({ error: resolve });
    });
    globalThis.fetch = original;

    expect(asked).toEqual(['http://server.test/chat/completions']);
  });
});
