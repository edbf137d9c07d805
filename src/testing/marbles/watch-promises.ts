/** Calls a function with a way to ask whether anything has waited for a promise since. */
export function watchPromises(run: (hasPromises: () => boolean) => void): void {
  // Node loads its fetch, and waits for a promise, when this is first read, such as by a fake transport.
  Reflect.get(globalThis, 'Headers');
  const then = Object.getOwnPropertyDescriptor(Promise.prototype, 'then') as TypedPropertyDescriptor<() => unknown>;
  let seen = false;
  const watched = new Proxy(then.value as () => unknown, {
    apply: (target, promise, callbacks) => {
      seen = true;
      return Reflect.apply(target, promise, callbacks) as unknown;
    },
  });
  Reflect.defineProperty(Promise.prototype, 'then', { ...then, value: watched });
  try {
    run(() => seen);
  } finally {
    Reflect.defineProperty(Promise.prototype, 'then', then);
  }
}
