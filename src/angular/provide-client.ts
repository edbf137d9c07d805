import { type EnvironmentProviders, inject, makeEnvironmentProviders, NgZone } from '@angular/core';
import type { ClientConfig } from '../client/client-config.js';
import { createClient } from '../client/create-client.js';
import { check } from '../operators/check.js';
import type { ClientFeature } from './client-feature.js';
import { tokenOf } from './client-token.js';
import { outsideZone } from './outside-zone.js';

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
 * @throws TypeError when `config` is neither an object nor a function.
 */
export function provideClient(
  config: ClientConfig | (() => ClientConfig),
  ...features: readonly ClientFeature[]
): EnvironmentProviders {
  const isConfig = typeof config === 'function' || (typeof config === 'object' && (config as unknown) !== null);
  check(isConfig, 'The configuration of provideClient', 'an object, or a function that gives one', config);
  const name = features.reduce<string | undefined>((found, feature) => feature.name ?? found, undefined);
  return makeEnvironmentProviders([
    {
      provide: tokenOf(name),
      useFactory: () => {
        const complete = features.reduce(
          (incomplete, { configure }) => configure?.(incomplete) ?? incomplete,
          typeof config === 'function' ? config() : config,
        );
        return outsideZone(createClient(complete), inject(NgZone));
      },
    },
  ]);
}
