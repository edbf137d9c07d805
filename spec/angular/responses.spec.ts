/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import 'zone.js';
import { HttpHeaders, type HttpInterceptorFn, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ApplicationRef, NgZone, PLATFORM_ID, provideZoneChangeDetection } from '@angular/core';
import { concat, from, mergeMap, NEVER, type Observable, of, take, tap, throwError } from 'rxjs';
import {
  type ClientFeature,
  injectClient,
  provideClient,
  withHttpClient,
  withServerRequests,
  withZone,
} from '../../src/angular/index.js';
import type { Client, ClientConfig, Transport } from '../../src/index.js';
import { fakeTransport, responseEvents } from '../../src/testing/index.js';
import { observe } from '../support/observe.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'small', input: 'Hi' };
const stored = { id: 'resp_1', object: 'response', status: 'completed', output: [] };
const events = responseEvents('Hello there', { background: true, id: 'resp_1' });

/** Every method of a client that is not chat. */
const methods: readonly (readonly [name: string, ask: (client: Client) => Observable<unknown>, sent: string])[] = [
  ['responses', (client) => client.responses(request), 'POST /v1/responses'],
  ['resumeResponse', (client) => client.resumeResponse('resp_1'), 'GET /v1/responses/resp_1?stream=true'],
  ['retrieveResponse', (client) => client.retrieveResponse('resp_1'), 'GET /v1/responses/resp_1'],
  ['cancelResponse', (client) => client.cancelResponse('resp_1'), 'POST /v1/responses/resp_1/cancel'],
  ['deleteResponse', (client) => client.deleteResponse('resp_1'), 'DELETE /v1/responses/resp_1'],
  ['embeddings', (client) => client.embeddings({ model: 'small', input: 'Hi' }), 'POST /v1/embeddings'],
  ['moderations', (client) => client.moderations({ input: 'Hi' }), 'POST /v1/moderations'],
];

/** What a server answers to each of them, and what the client makes of it. */
const answers: Readonly<Record<string, readonly [body: object, values: readonly unknown[]]>> = {
  responses: [events, events],
  resumeResponse: [events, events],
  retrieveResponse: [stored, [stored]],
  cancelResponse: [stored, [stored]],
  deleteResponse: [{ id: 'resp_1', deleted: true }, [{ id: 'resp_1', deleted: true }]],
  embeddings: [
    { data: [{ index: 0, embedding: 'AACAPwAAAEA=' }] },
    [{ model: undefined, usage: undefined, embeddings: [Float32Array.of(1, 2)] }],
  ],
  moderations: [
    { results: [{ flagged: true }] },
    [{ results: [{ flagged: true, categories: {}, category_scores: {} }] }],
  ],
};

function answering(name: string): Transport {
  return fakeTransport({ body: answers[name]![0] as Readonly<Record<string, unknown>> });
}

function createClient(config: ClientConfig, features: readonly ClientFeature[] = [], platform = 'browser'): Client {
  TestBed.configureTestingModule({
    providers: [
      provideZoneChangeDetection(),
      { provide: PLATFORM_ID, useValue: platform },
      provideClient({ baseURL: 'http://server.test/v1', ...config }, ...features),
    ],
  });
  return TestBed.runInInjectionContext(() => injectClient());
}

describe.each(methods)('%s() of a provided client', (name, ask, sent) => {
  const values = answers[name]![1];

  it('sends its request, and emits what the server answers', async () => {
    const transport = answering(name) as ReturnType<typeof fakeTransport>;
    const seen = observe(ask(createClient({ transport })));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(values);
    expect(
      transport.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`),
    ).toEqual([sent]);
  });

  it('sends nothing while a server renders, unless it is allowed to', async () => {
    const transport = answering(name) as ReturnType<typeof fakeTransport>;
    const silent = observe(ask(createClient({ transport }, [], 'server')));

    expect([await silent.ended, silent.values, transport.requests]).toEqual([undefined, [], []]);
    TestBed.resetTestingModule();
    const seen = observe(ask(createClient({ transport }, [withServerRequests()], 'server')));
    await TestBed.inject(ApplicationRef).whenStable();
    expect(seen.values).toEqual(values);
  });

  it('emits outside the Angular zone, and inside it with withZone()', async () => {
    for (const [features, inside] of [
      [[], false],
      [[withZone()], true],
    ] as const) {
      const client = createClient({ transport: answering(name) }, features);
      const zones = new Set<boolean>();
      const note = (): unknown => zones.add(NgZone.isInAngularZone());
      const seen = TestBed.inject(NgZone).run(() => observe(ask(client).pipe(tap({ next: note, complete: note }))));
      await seen.ended;
      expect([...zones]).toEqual([inside]);
      TestBed.resetTestingModule();
    }
  });

  it('goes through the interceptors of an HttpClient', async () => {
    const signed: HttpInterceptorFn = (outgoing, next) => next(outgoing.clone({ setHeaders: { 'x-signed': 'yes' } }));
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([signed])),
        provideHttpClientTesting(),
        provideClient({ baseURL: '/v1' }, withHttpClient()),
      ],
    });
    const seen = observe(ask(TestBed.runInInjectionContext(() => injectClient())));
    const exchange = TestBed.inject(HttpTestingController).expectOne(({ method, urlWithParams }) => {
      return `${method} ${urlWithParams}` === sent;
    });
    const [body] = answers[name]!;
    const isStream = Array.isArray(body);
    const text = isStream ? body.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') : JSON.stringify(body);
    exchange.flush(text, {
      headers: new HttpHeaders({ 'content-type': isStream ? 'text/event-stream' : 'application/json' }),
    });

    expect(exchange.request.headers.get('x-signed')).toBe('yes');
    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(values);
  });
});

describe('a response whose stream is unsubscribed inside the Angular zone', () => {
  it('is stopped by a request outside it', () => {
    const zones: (readonly [operation: string, inZone: boolean])[] = [];
    const server = fakeTransport(({ operation }) =>
      operation === 'responses' ? { body: concat(from(events.slice(0, 6)), NEVER) } : { body: stored },
    );
    const transport: Transport = (exchange) => {
      zones.push([exchange.operation, NgZone.isInAngularZone()]);
      return server(exchange);
    };
    const client = createClient({ transport, onUnsubscribe: 'stop' });
    const zone = TestBed.inject(NgZone);

    const subscription = zone.run(() => client.responses({ ...request, background: true }).subscribe());
    expect(zones).toEqual([['responses', false]]);
    zone.run(() => subscription.unsubscribe());
    expect(zones).toEqual([
      ['responses', false],
      ['responses.cancel', false],
    ]);
    expect(server.requests.map(({ ending }) => ending)).toEqual(['unsubscribed', 'completed']);
  });

  it('ends its exchange also between two synchronous events', () => {
    const transport = fakeTransport({ body: events });
    const client = createClient({ transport });
    const seen: unknown[] = [];
    TestBed.inject(NgZone).run(() =>
      client
        .responses(request)
        .pipe(take(2))
        .subscribe((event) => seen.push(event)),
    );

    expect(seen).toEqual(events.slice(0, 2));
    expect(transport.requests.map(({ ending }) => ending)).not.toEqual([undefined]);
  });

  it('is resumed outside the zone after a lost connection', async () => {
    const zones = new Set<boolean>();
    const server = fakeTransport([
      {
        body: concat(
          events.slice(0, 6),
          throwError(() => new Error('reset')),
        ),
      },
      { body: events.slice(6) },
    ]);
    const transport: Transport = (exchange) =>
      of(exchange).pipe(
        mergeMap((each) => {
          zones.add(NgZone.isInAngularZone());
          return server(each);
        }),
      );
    const client = createClient({ transport, resume: { random: () => 0 } });
    const seen = TestBed.inject(NgZone).run(() => observe(client.responses({ ...request, background: true })));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(events);
    expect([[...zones], server.requests.length]).toEqual([[false], 2]);
  });
});
