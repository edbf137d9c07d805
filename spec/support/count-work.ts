/** What all lists of bytes inherit. */
const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;

/**
 * Counts what a synchronous function does: bytes copied and decoded, characters parsed, split, written as JSON and walked one
 * by one, fields of objects taken apart or put together, and items of what is made immutable. Unlike a clock it counts the same on every machine.
 */
export function countWork(run: () => void): number {
  let work = 0;
  const add = (amount: number): void => void (work += amount);
  const spies = [
    watch(typedArrays, 'set', ([source]) => add((source as ArrayLike<number>).length)),
    watch(TextDecoder.prototype, 'decode', ([bytes]) => add((bytes as Uint8Array | undefined)?.length ?? 0)),
    watch(JSON, 'parse', ([text]) => add((text as string).length)),
    watch(JSON, 'stringify', (_given, text) => add((text as string | undefined)?.length ?? 0)),
    watch(Object, 'entries', (_given, fields) => add((fields as readonly unknown[]).length)),
    watch(Object, 'fromEntries', (_given, made) => add(Object.keys(made as object).length)),
    watch(Object, 'freeze', ([value]) => add(Object.keys(value as object).length)),
    watch(String.prototype, 'split', (_given, _result, text) => add((text as string).length)),
    watch(String.prototype, Symbol.iterator, (_given, _result, text) => add((text as string).length)),
  ];
  try {
    run();
  } finally {
    spies.forEach((restore) => restore());
  }
  return work;
}

type Watcher = (given: readonly unknown[], result: unknown, self: unknown) => void;

function watch(owner: object, name: string | symbol, tell: Watcher): () => void {
  const original = Object.getOwnPropertyDescriptor(owner, name)!;
  const value = function (this: unknown, ...given: unknown[]): unknown {
    const result: unknown = Reflect.apply(original.value as () => unknown, this, given);
    tell(given, result, this);
    return result;
  };
  Object.defineProperty(owner, name, { ...original, value });
  return () => {
    Object.defineProperty(owner, name, original);
  };
}
