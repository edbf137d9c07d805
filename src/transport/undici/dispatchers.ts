import type { Dispatcher } from 'undici';

/** Where undici keeps the dispatcher of the process: undici 8 and the last versions of 7, then every version from 5 on. */
const globalSymbols = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) => Symbol.for(name));

/**
 * Returns the dispatcher that the program set with `setGlobalDispatcher`, of any version of undici.
 *
 * undici itself sets an `Agent` when it is imported, and Node at its first `fetch`, so a plain `Agent` does not count.
 */
export function programDispatcher(): Dispatcher | undefined {
  return globalSymbols
    .map((symbol) => (globalThis as Partial<Record<symbol, Dispatcher>>)[symbol])
    .find((dispatcher) => dispatcher !== undefined && !isDefault(dispatcher));
}

/** undici 8 also sets the default in a wrapper, for earlier versions. Bundlers shorten the names of both classes. */
function isDefault(dispatcher: Dispatcher): boolean {
  return 'wrapHandler' in dispatcher.constructor || (isPlainAgent(dispatcher) && !isComposed(dispatcher));
}

/** Whether a dispatcher has the factory of an `Agent`, and its class derives from the one that implements `dispatch`. */
function isPlainAgent(dispatcher: Dispatcher): boolean {
  const hasFactory = Object.getOwnPropertySymbols(dispatcher).some(({ description }) => description === 'factory');
  const base: unknown = Object.getPrototypeOf(Object.getPrototypeOf(dispatcher));
  return hasFactory && Object.hasOwn(base as object, 'dispatch');
}

/** Whether a dispatcher is of undici 5 or 6, which expect handlers of another form. */
export function isOutdated(dispatcher: Dispatcher): boolean {
  // undici 5 cannot compose; a dispatcher made by hand need not.
  if (typeof dispatcher.compose !== 'function') {
    return 'pipeline' in dispatcher;
  }
  return !isComposed(dispatcher.compose((dispatch) => (options, handler) => dispatch(options, handler)));
}

/** From undici 7 on, what `compose` returns has the class of the original, and another `dispatch`. */
function isComposed(dispatcher: Dispatcher): boolean {
  return dispatcher.dispatch !== (Object.getPrototypeOf(dispatcher) as Dispatcher).dispatch;
}
