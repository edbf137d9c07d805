/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import {
  HttpErrorResponse,
  HttpEventType,
  HttpHeaderResponse,
  HttpHeaders,
  type HttpInterceptorFn,
  HttpResponse,
  provideHttpClient,
  withFetch,
  withInterceptors,
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting, type TestRequest } from '@angular/common/http/testing';
import type { EnvironmentProviders, Provider } from '@angular/core';
import { catchError, filter, of, retry, throwError } from 'rxjs';
import { injectClient, provideClient, withHttpClient } from '../../src/angular/index.js';
import { type Client, formatEvent, retryTransient, textDeltas } from '../../src/index.js';
import { chunksOf } from '../../src/testing/index.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { TestBed } from '../support/test-bed.js';

const question = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;
const head = { 'content-type': 'text/event-stream' };
const twice = {
  name: 'ConnectionError',
  message: expect.stringMatching(/interceptor sent .* use retryTransient\(\)/u),
};

type Providers = readonly (Provider | EnvironmentProviders)[];

/** Creates a client that sends its requests through the `HttpClient` of the given providers. */
function createClient(baseURL: string, ...providers: Providers): Client {
  TestBed.configureTestingModule({ providers: [...providers, provideClient({ baseURL }, withHttpClient())] });
  return TestBed.runInInjectionContext(() => injectClient());
}

/** Formats an answer as an event stream. */
function bodyOf(text: string): string {
  return [...chunksOf(text).map((chunk) => JSON.stringify(chunk)), '[DONE]']
    .map((data) => formatEvent({ data }))
    .join('');
}

function refuse(served: ServedExchange, status: number): void {
  served.head(status, { 'content-type': 'application/json' });
  served.end('{"error":{"message":"Not yet"}}');
}

function accept(served: ServedExchange, text: string): void {
  served.head(200, head);
  served.end(bodyOf(text));
}

const retried: HttpInterceptorFn = (outgoing, next) => next(outgoing).pipe(retry(1));
const refreshed: HttpInterceptorFn = (outgoing, next) =>
  next(outgoing).pipe(
    catchError((error: unknown) =>
      error instanceof HttpErrorResponse && error.status === 401
        ? next(outgoing.clone({ setHeaders: { authorization: 'Bearer fresh' } }))
        : throwError(() => error),
    ),
  );

describe('withHttpClient and an interceptor that repeats requests', () => {
  describe.each<[string, (interceptor: HttpInterceptorFn) => EnvironmentProviders]>([
    ['fetch', (interceptor) => provideHttpClient(withFetch(), withInterceptors([interceptor]))],
    ['XHR', (interceptor) => provideHttpClient(withInterceptors([interceptor]))],
  ])('an interceptor over %s', (_, over) => {
    expectQuietProcess();
    beforeEach(() => {
      // jsdom logs broken connections there, and Angular warns that XHR follows redirects without asking.
      jest.spyOn(console, 'error').mockImplementation(() => undefined);
      jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    });
    afterEach(() => jest.restoreAllMocks());
    afterEach(closeServers);

    it('can refresh a token and send the request again', async () => {
      const server = await startServer();
      const seen = observe(createClient(server.url, over(refreshed)).chat(question).pipe(textDeltas()));
      refuse(await server.next(), 401);
      const second = await server.next();
      accept(second, 'Hello world');

      expect(await seen.ended).toBeUndefined();
      expect(seen.values.join('')).toBe('Hello world');
      expect(second.headers.authorization).toBe('Bearer fresh');
    });

    it('can retry an error response', async () => {
      const server = await startServer();
      const seen = observe(createClient(server.url, over(retried)).chat(question).pipe(textDeltas()));
      refuse(await server.next(), 503);
      accept(await server.next(), 'Hello world');

      expect(await seen.ended).toBeUndefined();
      expect(seen.values.join('')).toBe('Hello world');
      expect(server.requests).toBe(2);
    });

    it('that gives up passes on the last error response', async () => {
      const server = await startServer();
      const seen = observe(createClient(server.url, over(retried)).chat(question));
      refuse(await server.next(), 401);
      refuse(await server.next(), 503);

      expect(await seen.ended).toMatchObject({
        name: 'ApiError',
        status: 503,
        message: expect.stringContaining('Not yet'),
      });
    });

    it('cannot retry an answer whose text was already emitted', async () => {
      const server = await startServer();
      const seen = observe(createClient(server.url, over(retried)).chat(question).pipe(textDeltas()));
      const first = await server.next();
      first.head(200, head);
      first.write(bodyOf('Hello there').replace('data: [DONE]\n\n', ''));
      await seen.reached(2);
      first.reset();

      expect(await seen.ended).toMatchObject(twice);
      expect(server.requests).toBe(1);
      expect(seen.values).toEqual(['Hello', ' there']);
    });

    it('can leave the retry of a broken connection to retryTransient', async () => {
      const server = await startServer();
      const untouched: HttpInterceptorFn = (outgoing, next) => next(outgoing);
      const chunks = createClient(server.url, over(untouched))
        .chat(question)
        .pipe(retryTransient({ random: () => 0 }));
      const seen = observe(chunks.pipe(textDeltas()));
      (await server.next()).reset();
      accept(await server.next(), 'Hello world');

      expect(await seen.ended).toBeUndefined();
      expect(seen.values.join('')).toBe('Hello world');
    });
  });

  describe('the events of several attempts', () => {
    const sent = (): TestRequest => TestBed.inject(HttpTestingController).expectOne(() => true);
    const headOf = (status: number): HttpHeaderResponse =>
      new HttpHeaderResponse({ status, headers: new HttpHeaders(head) });
    const createTested = (interceptor: HttpInterceptorFn): Client =>
      createClient('/v1', provideHttpClient(withInterceptors([interceptor])), provideHttpClientTesting());
    const progress = (partialText: string) =>
      ({ type: HttpEventType.DownloadProgress, loaded: partialText.length, partialText }) as const;
    const unavailable = { status: 503, statusText: 'Service Unavailable' };

    it('are not mixed, though text of the first is still throttled when the second starts', () => {
      const seen = observe(createTested(retried).chat(question).pipe(textDeltas()));
      const first = sent();
      first.event(headOf(503));
      first.event(progress('{"error"'));
      first.event(progress('{"error":{"message":'));
      first.flush('{"error":{"message":"Not yet"}}', unavailable);
      const second = sent();
      second.event(headOf(200));
      second.event(progress(bodyOf('Hello world').slice(0, 10)));
      second.flush(bodyOf('Hello world'), { headers: head });

      expect(seen.values.join('')).toBe('Hello world');
    });

    it('are refused even if only the head of the first was read', async () => {
      const seen = observe(createTested(retried).chat(question));
      const first = sent();
      first.event(headOf(200));
      first.error(new ProgressEvent('error'));

      expect(await seen.ended).toMatchObject(twice);
      expect(
        TestBed.inject(HttpTestingController)
          .match(() => true)
          .every(({ cancelled }) => cancelled),
      ).toBe(true);
    });

    it('are distinguished by their heads if an interceptor drops the Sent event', async () => {
      const hiding: HttpInterceptorFn = (outgoing, next) =>
        next(outgoing).pipe(
          filter(({ type }) => type !== HttpEventType.Sent),
          retry(1),
        );
      const seen = observe(createTested(hiding).chat(question));
      const first = sent();
      first.event(headOf(200));
      first.error(new ProgressEvent('error'));
      sent().event(headOf(200));

      expect(await seen.ended).toMatchObject(twice);
    });

    it('are refused if an interceptor replaces a broken answer with its own', async () => {
      const stored = new HttpResponse({ body: bodyOf('Stored'), headers: new HttpHeaders(head) });
      const replacing: HttpInterceptorFn = (outgoing, next) => next(outgoing).pipe(catchError(() => of(stored)));
      const seen = observe(createTested(replacing).chat(question).pipe(textDeltas()));
      const first = sent();
      first.event(headOf(200));
      first.event(progress(bodyOf('Hello world').replace('data: [DONE]\n\n', '')));
      first.error(new ProgressEvent('error'));

      expect(await seen.ended).toMatchObject({ name: 'ConnectionError' });
      expect(seen.values.join('')).toBe('Hello world');
    });

    it('are accepted if an interceptor replaces an error response with its own answer', () => {
      const stored = new HttpResponse({ body: bodyOf('Stored'), headers: new HttpHeaders(head) });
      const replacing: HttpInterceptorFn = (outgoing, next) => next(outgoing).pipe(catchError(() => of(stored)));
      const seen = observe(createTested(replacing).chat(question).pipe(textDeltas()));
      const first = sent();
      first.event(headOf(503));
      first.flush('Not now', unavailable);

      expect(seen.values).toEqual(['Stored']);
    });

    it('end with the status of an error response whose body breaks off', async () => {
      const seen = observe(createTested((outgoing, next) => next(outgoing)).chat(question));
      const first = sent();
      first.event(headOf(503));
      first.event(progress('{"error":{"message":"Not yet"}}'));
      first.error(new ProgressEvent('error'));

      expect(await seen.ended).toMatchObject({ name: 'ApiError', status: 503 });
    });

    it('end with the status of an error response whose body does not end', async () => {
      const seen = observe(createTested((outgoing, next) => next(outgoing)).chat(question));
      const first = sent();
      first.event(headOf(503));
      first.event(progress('x'.repeat(100_000)));

      expect(await seen.ended).toMatchObject({ name: 'ApiError', status: 503 });
      expect(first.cancelled).toBe(true);
    });
  });
});
