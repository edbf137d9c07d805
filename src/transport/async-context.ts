import { identity, type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { operate } from '../util/operate.js';

/** Calls a function in a captured async context, which is what `AsyncLocalStorage` reads. */
export type RunInContext = <A extends readonly unknown[]>(callback: (...values: A) => void, ...values: A) => void;

/**
 * Captures the async context of the caller, so that callbacks can run in it that a shared connection or another user's
 * request triggers. Where the runtime has no such context they are called as they are.
 */
export function captureContext(): RunInContext {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  const hooks = process?.getBuiltinModule?.('node:async_hooks');
  if (hooks === undefined) {
    return callDirectly;
  }
  // Ten times cheaper per call than the function that `AsyncLocalStorage.snapshot` returns.
  const context = new hooks.AsyncResource('rxllm');
  return (callback, ...values) => context.runInAsyncScope(callback, undefined, ...values);
}

/** Calls a function in whatever context there is. */
export const callDirectly: RunInContext = (callback, ...values) => callback(...values);

/** Subscribes to the source, and passes on its notifications, in a captured async context. */
export function inContext<T>(run: RunInContext): MonoTypeOperatorFunction<T> {
  if (run === callDirectly) {
    return identity;
  }
  const notify = operate<T, T>((destination) => ({
    next: (value) => run(() => destination.next(value)),
    error: (error) => run(() => destination.error(error)),
    complete: () => run(() => destination.complete()),
  }));
  return (source) => new Observable<T>((subscriber) => run(() => notify(source).subscribe(subscriber)));
}
