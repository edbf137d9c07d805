import {
  type EnvironmentProviders,
  inject,
  Injector,
  makeEnvironmentProviders,
  runInInjectionContext,
} from '@angular/core';
import { checkClientConfig, type ClientConfig } from '../client/client-config.js';
import type { Interceptor } from '../transport/transport.js';
import { check, checkFields } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { buildProvidedClient } from './build-provided-client.js';
import { tokenOf } from './inject-client.js';

/**
 * Provides a client for {@link injectClient} in an application, a route or a test. It is created when it is first injected.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideClient({ baseURL: '/v1' })] });
 * provideClient(() => ({ baseURL: inject(SETTINGS).relay }), withHttpClient());
 * ```
 *
 * While a server renders, nothing is sent: each stream completes at once without a value, and the browser asks after
 * hydration. `config` may therefore name a path of the page, and a function given as `config` is not called there.
 *
 * Its streams run outside the Angular zone, so that chunks do not cause change detection by themselves: use signals or the
 * `async` pipe to show them, or `withZone()`. An open stream does not hold `whenStable()`.
 *
 * @param config As for `createClient`, or a function that returns it, called in an injection context. An `apiKey` in a web
 *   page is refused when the client is injected.
 * @param features `withName`, `withClientInterceptors`, `withHttpClient`, `withZone` and `withServerRequests`, in any order.
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
    checkFields(feature, ['name', 'configure', 'inZone', 'onServer'], 'a feature of provideClient');
  });
  const name = features.reduce<string | undefined>((found, feature) => feature.name ?? found, undefined);
  const complete = (): ClientConfig =>
    features.reduce(
      (incomplete, { configure }) => configure?.(incomplete) ?? incomplete,
      isFunction ? callConfigure(config) : config,
    );
  return makeEnvironmentProviders([
    {
      provide: tokenOf(name),
      useFactory: () =>
        buildProvidedClient(complete, {
          inZone: features.some(({ inZone }) => inZone),
          onServer: features.some(({ onServer }) => onServer),
        }),
    },
  ]);
}

/** A feature of {@link provideClient}: the result of a function such as `withName` or `withHttpClient`. */
export interface ClientFeature {
  /** The name of the client. */
  readonly name?: string;
  /** Completes the configuration. Called in an injection context when the client is created. */
  readonly configure?: (config: ClientConfig) => ClientConfig;
  /** Whether the client emits inside the Angular zone. */
  readonly inZone?: boolean;
  /** Whether the client sends requests while a server renders. */
  readonly onServer?: boolean;
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
 * Emits the values of a client's streams inside the Angular zone, for applications with zone.js that set plain fields in
 * `subscribe`. The first value is emitted at once, then those of each frame together, so that there is one change detection
 * per frame. Without this feature chunks, errors and completion arrive outside the zone, where a plain field that is set
 * does not show.
 *
 * ```ts
 * provideClient({ baseURL: '/v1' }, withZone());
 * ```
 *
 * An open stream does not hold `whenStable()`. A timer that your own operators start when a value arrives does.
 */
export function withZone(): ClientFeature {
  return { inZone: true };
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
