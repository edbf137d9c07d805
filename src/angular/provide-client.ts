import {
  type EnvironmentProviders,
  inject,
  Injector,
  makeEnvironmentProviders,
  NgZone,
  runInInjectionContext,
} from '@angular/core';
import { Observable } from 'rxjs';
import { type Client, createClient } from '../client/create-client.js';
import { checkClientConfig, type ClientConfig } from '../client/client-config.js';
import type { Interceptor } from '../transport/transport.js';
import { check, checkFields } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { tokenOf } from './inject-client.js';

/**
 * Provides a client for {@link injectClient} in an application, a route or a test. It is created when it is first injected.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideClient({ baseURL: '/v1' })] });
 * provideClient(() => ({ baseURL: inject(SETTINGS).relay }), withHttpClient());
 * ```
 *
 * Its streams run outside the Angular zone, so that chunks do not cause change detection by themselves: use signals or the
 * `async` pipe to show them.
 *
 * @param config As for `createClient`, or a function that returns it, called in an injection context. An `apiKey` in a web
 *   page is refused when the client is injected.
 * @param features `withName`, `withClientInterceptors` and `withHttpClient`, in any order.
 * @throws TypeError if `config` is neither an object nor a function, or `config` or a feature has an invalid field. The
 *   result of a function is checked when the client is injected.
 */
export function provideClient(
  config: ClientConfig | (() => ClientConfig),
  ...features: readonly ClientFeature[]
): EnvironmentProviders {
  const isFunction = typeof config === 'function';
  const subject = 'The configuration of provideClient';
  check(isFunction || isObject(config), subject, 'an object, or a function that returns one', config);
  if (!isFunction) {
    checkClientConfig(config, 'client');
  }
  features.forEach((feature) => {
    check(isObject(feature), 'A feature of provideClient', "the result of a call such as withName('relay')", feature);
    checkFields(feature, ['name', 'configure'], 'a feature of provideClient');
  });
  const name = features.reduce<string | undefined>((found, feature) => feature.name ?? found, undefined);
  return makeEnvironmentProviders([
    {
      provide: tokenOf(name),
      useFactory: () => {
        const complete = features.reduce(
          (incomplete, { configure }) => configure?.(incomplete) ?? incomplete,
          isFunction ? callConfigure(config) : config,
        );
        return runOutsideZone(createClient(complete), inject(NgZone));
      },
    },
  ]);
}

/** A feature of {@link provideClient}: the result of `withName`, `withClientInterceptors` or `withHttpClient`. */
export interface ClientFeature {
  /** The name of the client. */
  readonly name?: string;
  /** Completes the configuration. Called in an injection context when the client is created. */
  readonly configure?: (config: ClientConfig) => ClientConfig;
}

/**
 * Names a client, for applications with several: `injectClient('relay')` injects the one provided with `withName('relay')`.
 *
 * @throws TypeError if `name` is not a string, or is empty.
 */
export function withName(name: string): ClientFeature {
  check(typeof name === 'string' && name !== '', 'name', 'a string that is not empty', name);
  return { name };
}

/**
 * Adds interceptors to a client, inside those of its configuration, the first listed outermost. Each runs in an injection
 * context, once per exchange:
 *
 * ```ts
 * const signed: Interceptor = (request, next) =>
 *   next({ ...request, headers: { ...request.headers, 'x-tenant': inject(Tenant).id } });
 *
 * provideClient({ baseURL: '/v1' }, withClientInterceptors([signed]));
 * ```
 *
 * @throws TypeError if `interceptors` is not an array of functions.
 * @see {@link withHttpClient} for the interceptors of Angular's `HttpClient`.
 */
export function withClientInterceptors(interceptors: readonly Interceptor[]): ClientFeature {
  const areFunctions = Array.isArray(interceptors) && interceptors.every((each) => typeof each === 'function');
  check(areFunctions, 'interceptors', 'an array of functions (request, next)', interceptors);
  return {
    configure: (config) => {
      const injector = inject(Injector);
      const injecting = interceptors.map(
        (intercept): Interceptor =>
          (request, next) =>
            runInInjectionContext(injector, () => intercept(request, next)),
      );
      return { ...config, interceptors: [...(config.interceptors ?? []), ...injecting] };
    },
  };
}

function callConfigure(configure: () => ClientConfig): ClientConfig {
  const config = configure();
  check(isObject(config), 'The result of the function given to provideClient', 'an object', config);
  checkClientConfig(config, 'client');
  return config;
}

type Method = (...parameters: never[]) => Observable<unknown>;

/** Returns a client whose requests, timers and emissions run outside the Angular zone. */
function runOutsideZone(client: Client, zone: NgZone): Client {
  const methods = Object.entries<Method>({ ...client }).map(([name, method]): readonly [string, Method] => [
    name,
    (...parameters) => subscribeOutside(method(...parameters), zone),
  ]);
  return Object.fromEntries(methods) as unknown as Client;
}

function subscribeOutside<T>(source: Observable<T>, zone: NgZone): Observable<T> {
  return new Observable<T>((subscriber) => zone.runOutsideAngular(() => source.subscribe(subscriber)));
}
