import { createClient } from '../../src/index.js';
import { createClient as createNodeClient } from '../../src/index.node.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const page = { window: { document: {} }, document: {}, navigator: {}, location: { href: 'https://app.test/chat' } };

/** Runs a function as in a web page. */
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
    ])('rejects an apiKey that is %s', (_kind, apiKey) => {
      const create = (): unknown => inPage(() => createClient({ apiKey }));

      expect(create).toThrow(TypeError);
      expect(create).toThrow(/apiKey.*dangerouslyAllowBrowser/u);
      expect(create).not.toThrow('secret-key-1');
    });

    it('rejects an apiKey for one request', () => {
      const client = createClient({ transport: fakeTransport().transport });

      expect(() => inPage(() => client.chat(chatRequest, { apiKey: 'secret-key-1' }))).toThrow(
        'dangerouslyAllowBrowser',
      );
    });

    it('rejects it in the client for Node, which a bundler may have picked', () => {
      expect(() => inPage(() => createNodeClient({ apiKey: 'secret-key-1' }))).toThrow('dangerouslyAllowBrowser');
    });

    it('rejects it if dangerouslyAllowBrowser is false', () => {
      expect(() => inPage(() => createClient({ apiKey: 'k', dangerouslyAllowBrowser: false }))).toThrow(TypeError);
    });

    it('allows it with dangerouslyAllowBrowser', () => {
      const { transport, requests } = fakeTransport();

      inPage(() => {
        const client = createClient({ apiKey: 'secret-key-1', dangerouslyAllowBrowser: true, transport });
        client.chat(chatRequest).subscribe();
      });

      expect(requests[0]?.headers['authorization']).toBe('Bearer secret-key-1');
    });

    it('resolves a path against the page', () => {
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

  it('sends requests with the global fetch', async () => {
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
