import { HttpClient, HttpHandler } from '@angular/common/http';
import { createEnvironmentInjector, EnvironmentInjector, inject, PendingTasks, type Type } from '@angular/core';

/**
 * Injects the application's `HttpClient`, with its interceptors, but such that a response that is being read does not hold
 * `whenStable()`. Returns `null` if none is provided.
 *
 * Angular's handler adds a pending task for each request, until the response has ended. Another instance of it is created
 * here, which gets pending tasks that are ignored.
 */
export function injectHttpClient(): HttpClient | null {
  const http = inject(HttpClient, { optional: true });
  const handler: object = inject(HttpHandler, { optional: true }) ?? {};
  const type = handler.constructor as Type<HttpHandler>;
  // An application or a test may have a client or a handler of its own.
  if (http?.constructor !== HttpClient || !Object.hasOwn(type, 'ɵprov')) {
    return http;
  }
  const injector = createEnvironmentInjector(
    [
      { provide: type, useClass: type },
      { provide: PendingTasks, useValue: ignoredTasks },
    ],
    inject(EnvironmentInjector),
  );
  return new HttpClient(injector.get(type));
}

const ignoredTasks: Pick<PendingTasks, 'add' | 'run'> = {
  add: () => () => undefined,
  run: (task) => void task(),
};
