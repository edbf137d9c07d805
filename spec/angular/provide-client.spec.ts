/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { createEnvironmentInjector, EnvironmentInjector, inject, InjectionToken } from '@angular/core';
import { EMPTY, type Observable } from 'rxjs';
import {
  CLIENT,
  injectClient,
  provideClient,
  withClientInterceptors,
  withHttpClient,
  withName,
  type ClientFeature,
} from '../../src/angular/index.js';
import { type Client, type ClientConfig, type Interceptor, textDeltas } from '../../src/index.js';
import { chunksOf, fakeClient, fakeTransport } from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;
const TENANT = new InjectionToken<string>('tenant');

/** Returns the values that a stream emits synchronously, and its error last. */
function gathered<T>(source: Observable<T>): readonly unknown[] {
  const values: unknown[] = [];
  source.subscribe({ next: (value) => values.push(value), error: (error: unknown) => values.push(error) });
  return values;
}

function provide(config: ClientConfig | (() => ClientConfig), ...features: readonly ClientFeature[]): void {
  TestBed.configureTestingModule({
    providers: [provideClient(config, ...features), { provide: TENANT, useValue: 'acme' }],
  });
}

function injected(name?: string): Client {
  return TestBed.runInInjectionContext(() => injectClient(name));
}

describe('provideClient', () => {
  describe('a provided client', () => {
    it('sends requests to a path of the page', () => {
      const transport = fakeTransport({ body: chunksOf('Hello world') });
      provide({ baseURL: '/v1', transport });

      expect(gathered(injected().chat(request).pipe(textDeltas()))).toEqual(['Hello', ' world']);
      expect(transport.requests.map(({ url }) => url)).toEqual(['http://localhost/v1/chat/completions']);
    });

    it('is the same each time it is injected, also as CLIENT', () => {
      provide({ baseURL: '/v1' });

      expect(injected()).toBe(injected());
      expect(TestBed.inject(CLIENT)).toBe(injected());
    });

    it('is created when it is first injected, from a function that may inject', () => {
      const configure = jest.fn(() => ({ baseURL: `http://${inject(TENANT)}.test/v1`, transport }));
      const transport = fakeTransport({ body: chunksOf('Hello') });
      provide(configure);
      TestBed.inject(TENANT);

      expect(configure).not.toHaveBeenCalled();
      injected().chat(request).subscribe();
      injected();
      expect(transport.requests.map(({ url }) => url)).toEqual(['http://acme.test/v1/chat/completions']);
      expect(configure).toHaveBeenCalledTimes(1);
    });

    it('can be overridden in a part of the application', () => {
      provide({ baseURL: '/v1' });
      const part = createEnvironmentInjector([provideClient({ baseURL: '/v2' })], TestBed.inject(EnvironmentInjector));

      expect(part.get(CLIENT)).not.toBe(injected());
    });

    it('can be replaced with a fake client in a test', () => {
      const client = fakeClient(EMPTY);
      TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });

      expect(injected()).toBe(client);
    });
  });

  describe('several clients', () => {
    it('are distinguished by name', () => {
      const [plain, relay] = [fakeTransport({}), fakeTransport({})];
      TestBed.configureTestingModule({
        providers: [
          provideClient({ baseURL: '/v1', transport: plain }),
          provideClient({ baseURL: '/relay', transport: relay }, withName('relay')),
        ],
      });
      gathered(injected('relay').models());

      expect(relay.requests.map(({ url }) => url)).toEqual(['http://localhost/relay/models']);
      expect(plain.requests).toEqual([]);
    });
  });

  describe('interceptors', () => {
    it('may inject, and run in order, once per exchange', () => {
      const transport = fakeTransport([{ status: 503 }, { body: chunksOf('Hello') }]);
      const tag =
        (tag: string): Interceptor =>
        (exchange, next) =>
          next({
            ...exchange,
            headers: { ...exchange.headers, 'x-tags': `${exchange.headers['x-tags'] ?? ''}${tag}` },
          });
      const signed: Interceptor = (exchange, next) =>
        next({ ...exchange, headers: { ...exchange.headers, 'x-tenant': inject(TENANT) } });
      provide(
        { baseURL: '/v1', transport, interceptors: [tag('a')] },
        withClientInterceptors([tag('b'), signed]),
        withClientInterceptors([tag('c')]),
      );

      expect(gathered(injected().chat(request))).toEqual([expect.objectContaining({ status: 503 })]);
      gathered(injected().chat(request));
      expect(transport.requests.map(({ headers }) => [headers['x-tags'], headers['x-tenant']])).toEqual([
        ['abc', 'acme'],
        ['abc', 'acme'],
      ]);
    });

    it('fail the request with the error they throw', () => {
      const missing = new InjectionToken('MISSING');
      const lost: Interceptor = (exchange, next) => {
        inject(missing);
        return next(exchange);
      };
      provide({ baseURL: '/v1', transport: fakeTransport({}) }, withClientInterceptors([lost]));

      expect(gathered(injected().chat(request))).toEqual([
        expect.objectContaining({ message: expect.stringContaining('MISSING') }),
      ]);
    });
  });

  describe('errors', () => {
    it('explain what to add if no client is provided', () => {
      expect(() => injected()).toThrow(/No client is provided: add provideClient\(/u);
      expect(() => injected('relay')).toThrow(/with the name "relay": add provideClient\(.*withName\('relay'\)\)/u);
      expect(() => TestBed.inject(CLIENT)).toThrow(/CLIENT of provideClient\(\)/u);
    });

    it('refuse a key in a page, and suggest a relay', () => {
      provide({ apiKey: 'sk-123456789', baseURL: '/v1' });

      expect(() => injected()).toThrow(/apiKey in a web page .* on your own server that relays requests/u);
    });

    it('refuse a field that createClient refuses', () => {
      const config = { baseURL: '/v1', timeout: 1000 } as ClientConfig;

      expect(() => provideClient(config)).toThrow(/Unknown field "timeout".*deadlines/u);
      provide(() => config);
      expect(() => injected()).toThrow(/Unknown field "timeout".*deadlines/u);
    });

    it.each<[unknown, RegExp]>([
      [undefined, /The result of the function given to provideClient must be an object, not undefined/u],
      [null, /The result of the function given to provideClient must be an object, not null/u],
      [[], /The result of the function given to provideClient must be an object/u],
      [{ interceptors: 7 }, /interceptors must be an array of functions/u],
      [{ scheduler: 7 }, /scheduler must be an rxjs scheduler/u],
    ])('refuse a function that returns %p', (given, message) => {
      provide(() => given as ClientConfig, withHttpClient(), withClientInterceptors([]));

      expect(() => injected()).toThrow(
        expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) as unknown }) as Error,
      );
    });

    it.each([
      [
        'a missing configuration',
        () => provideClient(undefined as never),
        /configuration of provideClient must be an object/u,
      ],
      [
        'an array as configuration',
        () => provideClient([] as never),
        /configuration of provideClient must be an object/u,
      ],
      [
        'interceptors of the configuration that are not an array',
        () => provideClient({ interceptors: 7 as never }, withClientInterceptors([])),
        /interceptors must be an array of functions/u,
      ],
      [
        'a null feature',
        () => provideClient({}, null as never),
        /feature of provideClient must be the result of a call.*not null/u,
      ],
      [
        'a feature that was not called',
        () => provideClient({}, withHttpClient as never),
        /feature of provideClient must be .*not a function/u,
      ],
      [
        'a feature with an unknown field',
        () => provideClient({}, { nme: 'x' } as never),
        /Unknown field "nme" in a feature of provideClient/u,
      ],
      ['an empty name', () => withName(''), /name must be a string that is not empty/u],
      [
        'interceptors that are not an array',
        () => withClientInterceptors({} as never),
        /interceptors must be an array of functions/u,
      ],
    ])('refuse %s', (_, mistake, message) => {
      expect(mistake).toThrow(TypeError);
      expect(mistake).toThrow(message);
    });
  });
});
