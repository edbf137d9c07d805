import { inject, Injector, runInInjectionContext } from '@angular/core';
import { check } from '../util/check.js';
import type { Interceptor } from '../transport/transport.js';
import type { ClientFeature } from './provide-client.js';

/**
 * Wraps interceptors around every exchange of a client, inside those of its configuration, the first listed outermost. Each
 * runs in an injection context, once per exchange:
 *
 * ```ts
 * const signed: Interceptor = (request, next) =>
 *   next({ ...request, headers: { ...request.headers, 'x-tenant': inject(Tenant).id } });
 *
 * provideClient({ baseURL: '/v1' }, withClientInterceptors([signed]));
 * ```
 *
 * @throws TypeError for what is no list of functions.
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
