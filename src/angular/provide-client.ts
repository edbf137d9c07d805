import { type EnvironmentProviders, inject, makeEnvironmentProviders, NgZone } from '@angular/core';
import { Observable } from 'rxjs';
import { checkClientConfig, type ClientConfig } from '../client/client-config.js';
import { type Client, createClient } from '../client/create-client.js';
import { check, checkFields } from '../util/check.js';
import { tokenOf } from './client-token.js';

/**
 * Provides a client for {@link injectClient}, in an application, a route or a test. It is made when it is first injected.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideClient({ baseURL: '/v1' })] });
 * provideClient(() => ({ baseURL: inject(SETTINGS).relay }), withHttpClient());
 * ```
 *
 * Its streams run outside the Angular zone, so that no chunk by itself causes change detection: signals and the `async`
 * pipe bring in what is shown.
 *
 * @param config As for `createClient`, or a function that gives it, called in an injection context. An `apiKey` is refused
 *   in a web page when the client is injected, with the way out.
 * @param features `withName`, `withClientInterceptors` and `withHttpClient`, in any order.
 * @throws TypeError when `config` is neither an object nor a function, for a field of it that `createClient` refuses, and
 *   for a feature that is none; when the client is injected, for what a function gives instead of a configuration.
 */
export function provideClient(
  config: ClientConfig | (() => ClientConfig),
  ...features: readonly ClientFeature[]
): EnvironmentProviders {
  const isFunction = typeof config === 'function';
  const whole = 'The configuration of provideClient';
  check(isFunction || isObject(config), whole, 'an object, or a function that gives one', config);
  if (!isFunction) {
    checkClientConfig(config, 'client');
  }
  features.forEach((feature) => {
    check(isObject(feature), 'A feature of provideClient', "one that is made, such as withName('relay')", feature);
    checkFields(feature, ['name', 'configure'], 'a feature of provideClient');
  });
  const name = features.reduce<string | undefined>((found, feature) => feature.name ?? found, undefined);
  return makeEnvironmentProviders([
    {
      provide: tokenOf(name),
      useFactory: () => {
        const complete = features.reduce(
          (incomplete, { configure }) => configure?.(incomplete) ?? incomplete,
          isFunction ? configFrom(config) : config,
        );
        return outsideZone(createClient(complete), inject(NgZone));
      },
    },
  ]);
}

function configFrom(configure: () => ClientConfig): ClientConfig {
  const config = configure();
  check(isObject(config), 'What the function of provideClient gives', 'an object', config);
  checkClientConfig(config, 'client');
  return config;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Gives a client a name, for applications with several: `injectClient('relay')` injects the one provided `withName('relay')`.
 *
 * @throws TypeError for a name that is no string, or empty.
 */
export function withName(name: string): ClientFeature {
  check(typeof name === 'string' && name !== '', 'name', 'a string that is not empty', name);
  return { name };
}

/** What {@link provideClient} can do besides: made by `withName`, `withClientInterceptors` and `withHttpClient`. */
export interface ClientFeature {
  /** The name under which the client is provided. */
  readonly name?: string;
  /** Completes the configuration; called in an injection context when the client is made. */
  readonly configure?: (config: ClientConfig) => ClientConfig;
}

type Method = (...parameters: never[]) => Observable<unknown>;

/** A client whose requests, timers and emissions are outside the Angular zone, wherever it is subscribed. */
export function outsideZone(client: Client, zone: NgZone): Client {
  const methods = Object.entries<Method>({ ...client }).map(([name, method]): readonly [string, Method] => [
    name,
    (...parameters) => subscribedOutside(method(...parameters), zone),
  ]);
  return Object.fromEntries(methods) as unknown as Client;
}

function subscribedOutside<T>(source: Observable<T>, zone: NgZone): Observable<T> {
  return new Observable<T>((subscriber) => zone.runOutsideAngular(() => source.subscribe(subscriber)));
}
