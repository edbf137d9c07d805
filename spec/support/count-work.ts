/** The prototype of all typed arrays. */
const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;

/**
 * Counts the work of a synchronous function: bytes copied and decoded, characters parsed, split, serialized and
 * iterated, and object fields listed, built and frozen. Unlike a clock, it counts the same on every machine.
 */
export function countWork(run: () => void): number {
  let work = 0;
  const add = (amount: number): void => void (work += amount);
  const spies = [
    watch(typedArrays, 'set', ([source]) => add((source as ArrayLike<number>).length)),
    watch(TextDecoder.prototype, 'decode', ([bytes]) => add((bytes as Uint8Array | undefined)?.length ?? 0)),
    watch(JSON, 'parse', ([text]) => add((text as string).length)),
    watch(JSON, 'stringify', (_parameters, text) => add((text as string | undefined)?.length ?? 0)),
    watch(Object, 'entries', (_parameters, fields) => add((fields as readonly unknown[]).length)),
    watch(Object, 'fromEntries', (_parameters, made) => add(Object.keys(made as object).length)),
    watch(Object, 'freeze', ([value]) => add(Object.keys(value as object).length)),
    watch(String.prototype, 'split', (_parameters, _result, text) => add((text as string).length)),
    watch(String.prototype, Symbol.iterator, (_parameters, _result, text) => add((text as string).length)),
  ];
  try {
    run();
  } finally {
    spies.forEach((restore) => restore());
  }
  return work;
}

type Watcher = (parameters: readonly unknown[], result: unknown, self: unknown) => void;

function watch(owner: object, name: string | symbol, report: Watcher): () => void {
  const original = Object.getOwnPropertyDescriptor(owner, name)!;
  const value = function (this: unknown, ...parameters: unknown[]): unknown {
    const result: unknown = Reflect.apply(original.value as () => unknown, this, parameters);
    report(parameters, result, this);
    return result;
  };
  Object.defineProperty(owner, name, { ...original, value });
  return () => {
    Object.defineProperty(owner, name, original);
  };
}
