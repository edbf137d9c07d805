/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import {
  HttpClient,
  HttpErrorResponse,
  type HttpDownloadProgressEvent,
  type HttpEvent,
  HttpEventType,
  HttpHeaderResponse,
  HttpHeaders,
  type HttpInterceptorFn,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting, type TestRequest } from '@angular/common/http/testing';
import { inject, InjectionToken } from '@angular/core';
import { concat, interval, map, mergeMap, type Observable, of, range, take, throwError } from 'rxjs';
import { inspect } from 'node:util';
import { injectClient, provideClient, withHttpClient } from '../../src/angular/index.js';
import { type Client, type ClientConfig, formatEvent, textDeltas } from '../../src/index.js';
import { chunksOf, runMarbles } from '../../src/testing/index.js';
import { observe } from '../support/observe.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;
const url = '/v1/chat/completions';
const headers = new HttpHeaders({ 'content-type': 'text/event-stream' });
const TOKEN = new InjectionToken<string>('token');

/** Creates a client whose requests pass through interceptors, and end at the `HttpTestingController`. */
function createClient(config: ClientConfig = {}, ...interceptors: readonly HttpInterceptorFn[]): Client {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([...interceptors])),
      provideHttpClientTesting(),
      provideClient({ baseURL: '/v1', ...config }, withHttpClient()),
      { provide: TOKEN, useValue: 'token-1' },
    ],
  });
  return TestBed.runInInjectionContext(() => injectClient());
}

/** Returns the only request that was sent. */
function sent(): TestRequest {
  return TestBed.inject(HttpTestingController).expectOne(url);
}

/** Formats an answer as an event stream. */
function bodyOf(text: string): string {
  return [...chunksOf(text).map((chunk) => JSON.stringify(chunk)), '[DONE]']
    .map((data) => formatEvent({ data }))
    .join('');
}

function progress(partialText: string): HttpDownloadProgressEvent {
  return { type: HttpEventType.DownloadProgress, loaded: partialText.length, partialText };
}

const head = new HttpHeaderResponse({ headers });
const textOf = (client: Client): Observable<string> => client.chat(request).pipe(textDeltas());

describe('withHttpClient', () => {
  describe('an answer', () => {
    it('is read from the body that a test flushes', () => {
      const seen = observe(textOf(createClient()));
      const exchange = sent();
      exchange.flush(bodyOf('Hello world'), { headers });

      expect(seen.values).toEqual(['Hello', ' world']);
      expect([exchange.request.method, exchange.request.headers.get('content-type')]).toEqual([
        'POST',
        'application/json',
      ]);
      expect(JSON.parse(exchange.request.body as string)).toMatchObject({ ...request, stream: true });
    });

    it('streams as it arrives, without losing or splitting characters', async () => {
      const body = bodyOf('größer 🦊 !');
      const [letter, fox] = [body.indexOf('ß'), body.indexOf('🦊')];
      const seen = observe(textOf(createClient()));
      const exchange = sent();

      exchange.event(head);
      // XHR shows this for the first byte of a two-byte letter.
      exchange.event(progress(`${body.slice(0, letter)}\ufffd`));
      exchange.event(progress(body.slice(0, fox + 1)));
      await seen.reached(1);
      exchange.flush(body, { headers });

      expect(seen.values.join('')).toBe('größer 🦊 !');
    });

    it('is read immediately, then at most every 50 ms, and at its end', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const body = bodyOf('A B C D');
        const upTo = (letter: string): HttpEvent<string> => {
          const end = body.indexOf('\n\n', body.indexOf(`${letter}"`)) + 2;
          return progress(body.slice(0, end));
        };
        const events = cold('              h 9ms a 9ms b 9ms c 59ms d 9ms (r|)', {
          ...{ h: head, a: upTo('A'), b: upTo('B'), c: upTo('C'), d: upTo('D') },
          r: new HttpResponse({ body, headers }),
        });
        const texts = textOf(createClient({}, () => events));

        expectObservable(texts).toBe('     10ms a 49ms (bc) 36ms (d|)', { a: 'A', b: ' B', c: ' C', d: ' D' });
        expectSubscriptions(events.subscriptions).toBe('^ 99ms !');
      });
    });

    it.each([2_000, 20_000])('is read 40 times in 2 s, also for %s chunks', (chunks) => {
      const body = bodyOf(Array(chunks).fill('word').join(' '));
      let readings = 0;
      const arrived = (part: number): HttpEvent<string> => ({
        type: HttpEventType.DownloadProgress,
        loaded: 0,
        get partialText() {
          readings += 1;
          return body.slice(0, body.length * part);
        },
      });
      const perMillisecond = chunks / 2_000;
      let text = '';

      runMarbles(({ flush }) => {
        const pieces = interval(1).pipe(
          take(2_000),
          mergeMap((millisecond) => range(millisecond * perMillisecond, perMillisecond)),
          map((piece) => arrived(piece / chunks)),
        );
        const events = concat(of(head), pieces, of(new HttpResponse({ body, headers })));
        textOf(createClient({}, () => events)).subscribe((piece) => (text += piece));
        flush();
      });

      expect(text.split(' ')).toHaveLength(chunks);
      expect(readings).toBe(40);
    });

    it('is not cached for hydration', () => {
      const seen = observe(textOf(createClient()));

      expect(sent().request.transferCache).toBe(false);
      seen.unsubscribe();
    });
  });

  describe('the interceptors of an application', () => {
    const signed: HttpInterceptorFn = (outgoing, next) =>
      next(outgoing.clone({ setHeaders: { authorization: `Bearer ${inject(TOKEN)}` } }));

    it('apply to the requests of a client', () => {
      const seen = observe(textOf(createClient({}, signed)));
      const exchange = sent();
      exchange.flush(bodyOf('Hello'), { headers });

      expect(exchange.request.headers.get('authorization')).toBe('Bearer token-1');
      expect(seen.values).toEqual(['Hello']);
    });

    it.each([
      ['/v1', '/v1/chat/completions'],
      ['/v1/', '/v1/chat/completions'],
      ['v1', '/v1/chat/completions'],
      ['//localhost/v1', '/v1/chat/completions'],
      ['//relay.test/v1', 'http://relay.test/v1/chat/completions'],
      ['http://localhost/v1', 'http://localhost/v1/chat/completions'],
      ['http://relay.test/v1', 'http://relay.test/v1/chat/completions'],
      // Resolved as a path, it would be a URL of another server.
      ['//localhost//relay.test/v1', 'http://localhost//relay.test/v1/chat/completions'],
    ])('see a request to %s as %s', (baseURL, address) => {
      const addresses: string[] = [];
      const seen = observe(
        createClient({ baseURL }, (outgoing, next) => {
          addresses.push(outgoing.url);
          return next(outgoing);
        }).chat(request, { query: { version: '2' } }),
      );
      TestBed.inject(HttpTestingController).expectOne(`${address}?version=2`);

      expect(addresses).toEqual([`${address}?version=2`]);
      seen.unsubscribe();
    });

    it('see absolute URLs in a page whose base URL has another origin', () => {
      const base = document.createElement('base');
      base.href = 'http://cdn.test/';
      document.head.append(base);
      const seen = observe(createClient().chat(request));
      base.remove();
      const { method } = TestBed.inject(HttpTestingController).expectOne(
        'http://localhost/v1/chat/completions',
      ).request;

      expect(method).toBe('POST');
      seen.unsubscribe();
    });

    it('include the one that adds the XSRF token', () => {
      document.cookie = 'XSRF-TOKEN=shown';
      const seen = observe(createClient().chat(request));
      document.cookie = 'XSRF-TOKEN=; max-age=0';

      expect(sent().request.headers.get('x-xsrf-token')).toBe('shown');
      seen.unsubscribe();
    });

    it('can answer without a request', () => {
      const seen = observe(textOf(createClient({}, () => of(new HttpResponse({ body: bodyOf('Hello'), headers })))));

      expect(seen.values).toEqual(['Hello']);
    });

    it('can throw errors, which pass through unchanged', async () => {
      const lost = new RangeError('Sign in first');
      const seen = observe(textOf(createClient({}, () => throwError(() => lost))));

      expect(await seen.ended).toBe(lost);
    });

    it('see the request cancelled when it is unsubscribed', () => {
      const seen = observe(textOf(createClient()));
      const exchange = sent();
      exchange.event(head);
      seen.unsubscribe();

      expect(exchange.cancelled).toBe(true);
    });
  });

  describe('a failure', () => {
    it('is an ApiError for an error status, with the details of its body and headers', async () => {
      const seen = observe(textOf(createClient()));
      sent().flush('{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}', {
        status: 429,
        statusText: 'Too Many Requests',
        headers: { 'retry-after': '3' },
      });

      expect(await seen.ended).toMatchObject({
        name: 'RateLimitError',
        status: 429,
        code: 'rate_limit_exceeded',
        retryAfter: 3_000,
      });
    });

    it('is an ApiError for an error status without a body', async () => {
      const seen = observe(textOf(createClient()));
      const exchange = sent();
      exchange.event(new HttpHeaderResponse({ status: 503 }));
      exchange.flush(null, { status: 503, statusText: 'Service Unavailable' });

      expect(await seen.ended).toMatchObject({ name: 'ApiError', status: 503, retryable: true });
    });

    it('is a ConnectionError if no one answers', async () => {
      const seen = observe(textOf(createClient()));
      sent().error(new ProgressEvent('error'));

      expect(await seen.ended).toMatchObject({
        name: 'ConnectionError',
        message: 'No answer from http://localhost',
        retryable: true,
      });
    });

    it('is a ConnectionError if the connection breaks, after the text so far', async () => {
      const seen = observe(textOf(createClient()));
      const exchange = sent();
      const body = bodyOf('Hello world');
      exchange.event(head);
      exchange.event(progress(body.slice(0, body.indexOf('world'))));
      exchange.event(progress(body.slice(0, body.indexOf('[DONE]'))));
      exchange.error(new ProgressEvent('error'));

      expect(await seen.ended).toMatchObject({
        name: 'ConnectionError',
        message: 'The connection to http://localhost broke',
      });
      expect(seen.values).toEqual(['Hello', ' world']);
    });

    it('is a ProtocolError for a redirect that a browser hides', async () => {
      const hidden = new HttpErrorResponse({ status: 0, url });
      const events = concat(
        of(new HttpHeaderResponse({ status: 0 })),
        throwError(() => hidden),
      );
      const seen = observe(textOf(createClient({}, () => events)));

      expect(await seen.ended).toMatchObject({ name: 'ProtocolError', message: expect.stringContaining('redirects') });
    });

    it('does not contain the key', async () => {
      const key = 'sk-secret-123456789';
      const events = throwError(() => new HttpErrorResponse({ status: 0, url: `${url}?key=${key}` }));
      const seen = observe(textOf(createClient({ query: { key } }, () => events)));

      const error = await seen.ended;
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(key);
      expect(error).toMatchObject({ name: 'ConnectionError' });
    });
  });

  it('explains what to add if there is no HttpClient', () => {
    TestBed.configureTestingModule({
      providers: [{ provide: HttpClient, useValue: null }, provideClient({ baseURL: '/v1' }, withHttpClient())],
    });

    expect(() => TestBed.runInInjectionContext(() => injectClient())).toThrow(
      /add provideHttpClient\(withFetch\(\)\)/u,
    );
  });
});
