import {
  HTTP_INTERCEPTORS,
  HttpBackend,
  HttpClient,
  type HttpInterceptor,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
  withInterceptorsFromDi,
} from '@angular/common/http';
import { ApplicationRef, type EnvironmentProviders, NgZone, type Provider } from '@angular/core';
import { concat, firstValueFrom, from, NEVER, Subject } from 'rxjs';
import {
  type ClientFeature,
  injectClient,
  injectConversation,
  provideClient,
  withHttpClient,
  withZone,
} from '../../src/angular/index.js';
import { accumulateView, type ClientConfig, throttleRender } from '../../src/index.js';
import { chunksOf, fakeTransport } from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;

/** Passes the requests of an application on, as an interceptor of the older form. */
class Passing implements HttpInterceptor {
  readonly intercept: HttpInterceptor['intercept'] = (exchange, next) => next.handle(exchange);
}

const endless = fakeTransport({ body: concat(from(chunksOf('Hello').slice(0, 2)), NEVER) });
const other = new Subject<HttpResponse<unknown>>();
const http: readonly (Provider | EnvironmentProviders)[] = [
  provideHttpClient(withInterceptors([(exchange, next) => next(exchange)]), withInterceptorsFromDi()),
  { provide: HTTP_INTERCEPTORS, useClass: Passing, multi: true },
  { provide: HttpBackend, useValue: { handle: ({ url }: { url: string }) => (url === '/other' ? other : NEVER) } },
];

/** Shows that an application is stable while answers arrive. */
export function describeStability(changeDetection: () => EnvironmentProviders): void {
  function provide(config: ClientConfig, ...features: readonly ClientFeature[]): void {
    TestBed.configureTestingModule({
      providers: [changeDetection(), http, provideClient({ baseURL: '/v1', ...config }, ...features)],
    });
  }

  it.each<[string, ClientConfig, readonly ClientFeature[]]>([
    ['a client', { transport: endless }, []],
    ['a client in the zone', { transport: endless }, [withZone()]],
    ['a client over HttpClient', {}, [withHttpClient()]],
  ])('is not held by an open stream of %s', async (_title, config, features) => {
    provide(config, ...features);
    const zone = TestBed.inject(NgZone);
    const client = TestBed.runInInjectionContext(() => injectClient());
    const chat = TestBed.runInInjectionContext(() => injectConversation({ request: { model: 'm-1' } }));
    zone.run(() => {
      client.chat(request).pipe(accumulateView(), throttleRender()).subscribe();
      chat.send('Hi');
    });
    await TestBed.inject(ApplicationRef).whenStable();

    expect(chat.status()).toBe('busy');
  });

  it('is held by the other requests of an application', async () => {
    provide({}, withHttpClient());
    TestBed.runInInjectionContext(() => injectClient())
      .chat(request)
      .subscribe();
    TestBed.inject(HttpClient).get('/other').subscribe();
    const application = TestBed.inject(ApplicationRef);

    expect(await firstValueFrom(application.isStable)).toBe(false);
    other.next(new HttpResponse());
    other.complete();
    await application.whenStable();
  });
}
