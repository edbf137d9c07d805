/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { createEnvironmentInjector, EnvironmentInjector, inject, InjectionToken, PLATFORM_ID } from '@angular/core';
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

/** What a stream gives at once, its error last. */
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

describe('a client that is provided', () => {
  it('streams, at a path of the page', () => {
    const transport = fakeTransport({ body: chunksOf('Hello world') });
    provide({ baseURL: '/v1', transport });

    expect(gathered(injected().chat(request).pipe(textDeltas()))).toEqual(['Hello', ' world']);
    expect(transport.requests.map(({ url }) => url)).toEqual(['http://localhost/v1/chat/completions']);
  });

  it('is one for all who inject it, and is what CLIENT stands for', () => {
    provide({ baseURL: '/v1' });

    expect(injected()).toBe(injected());
    expect(TestBed.inject(CLIENT)).toBe(injected());
  });

  it('is made when it is injected, from a function that may inject', () => {
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

  it('streams while a server renders, too', () => {
    const transport = fakeTransport({ body: chunksOf('Hello') });
    TestBed.configureTestingModule({
      providers: [
        { provide: PLATFORM_ID, useValue: 'server' },
        provideClient({ baseURL: 'http://relay.test/v1', transport }),
      ],
    });

    expect(gathered(injected().chat(request).pipe(textDeltas()))).toEqual(['Hello']);
  });

  it('can be another one for a part of the application', () => {
    provide({ baseURL: '/v1' });
    const part = createEnvironmentInjector([provideClient({ baseURL: '/v2' })], TestBed.inject(EnvironmentInjector));

    expect(part.get(CLIENT)).not.toBe(injected());
  });

  it('can be replaced by a fake one in a test', () => {
    const client = fakeClient(EMPTY);
    TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });

    expect(injected()).toBe(client);
  });
});

describe('several clients', () => {
  it('are told apart by their names', () => {
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
  it('may inject, and run in their order once per exchange', () => {
    const transport = fakeTransport([{ status: 503 }, { body: chunksOf('Hello') }]);
    const tag =
      (tag: string): Interceptor =>
      (exchange, next) =>
        next({ ...exchange, headers: { ...exchange.headers, 'x-tags': `${exchange.headers['x-tags'] ?? ''}${tag}` } });
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

  it('fail the request with what they throw', () => {
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

describe('what is wrong', () => {
  it('is said where no client is provided', () => {
    expect(() => injected()).toThrow(/No client is provided: add provideClient\(/u);
    expect(() => injected('relay')).toThrow(/under the name "relay": add provideClient\(.*withName\('relay'\)\)/u);
    expect(() => TestBed.inject(CLIENT)).toThrow(/CLIENT, of provideClient\(\)/u);
  });

  it('is a key in a page, and a relay the way out', () => {
    provide({ apiKey: 'sk-123456789', baseURL: '/v1' });

    expect(() => injected()).toThrow(/apiKey in a web page .* on a server of yours that relays requests/u);
  });

  it('is a field that createClient refuses', () => {
    const config = { baseURL: '/v1', timeout: 1000 } as ClientConfig;

    expect(() => provideClient(config)).toThrow(/Unknown field "timeout".*deadlines/u);
    provide(() => config);
    expect(() => injected()).toThrow(/Unknown field "timeout".*deadlines/u);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /What the function of provideClient gives must be an object, not undefined/u],
    [null, /What the function of provideClient gives must be an object, not null/u],
    [[], /What the function of provideClient gives must be an object/u],
    [{ interceptors: 7 }, /interceptors must be an array of functions/u],
    [{ scheduler: 7 }, /scheduler must be an rxjs scheduler/u],
  ])('is a function that gives %p', (given, message) => {
    provide(() => given as ClientConfig, withHttpClient(), withClientInterceptors([]));

    expect(() => injected()).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) as unknown }) as Error,
    );
  });

  it.each([
    ['a configuration', () => provideClient(undefined as never), /configuration of provideClient must be an object/u],
    ['a configuration', () => provideClient([] as never), /configuration of provideClient must be an object/u],
    [
      'a list of interceptors',
      () => provideClient({ interceptors: 7 as never }, withClientInterceptors([])),
      /interceptors must be an array of functions/u,
    ],
    [
      'a feature',
      () => provideClient({}, null as never),
      /feature of provideClient must be one that is made.*not null/u,
    ],
    ['a feature', () => provideClient({}, withHttpClient as never), /feature of provideClient must be .*not function/u],
    ['a feature', () => provideClient({}, { nme: 'x' } as never), /Unknown field "nme" in a feature of provideClient/u],
    ['a name', () => withName(''), /name must be a string that is not empty/u],
    ['interceptors', () => withClientInterceptors({} as never), /interceptors must be an array of functions/u],
  ])('is %s that is none', (_, mistake, message) => {
    expect(mistake).toThrow(TypeError);
    expect(mistake).toThrow(message);
  });
});
