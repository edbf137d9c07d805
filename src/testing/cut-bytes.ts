import { concat, defer, from, mergeMap, type MonoTypeOperatorFunction, of, throwError } from 'rxjs';

/** Cuts bytes into pieces, at offsets counted from the first one, or between any two. */
export function cutBytes(cutAt: readonly number[] | 'every-byte'): MonoTypeOperatorFunction<Uint8Array> {
  return (source) =>
    defer(() => {
      let position = 0;
      return source.pipe(
        mergeMap((bytes) => {
          const start = position;
          position += bytes.length;
          const offsets = cutAt === 'every-byte' ? bytes.keys() : cutAt.map((offset) => offset - start);
          const inside = [...offsets].filter((offset) => offset > 0 && offset < bytes.length);
          const cuts = [0, ...inside.sort((one, other) => one - other), bytes.length];
          return from(cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end)));
        }),
      );
    });
}

/** Errors as a connection that is reset, once so many bytes have passed. */
export function breakBytes(breakAt: number): MonoTypeOperatorFunction<Uint8Array> {
  const broken = throwError(() => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  return (source) =>
    defer(() => {
      let left = breakAt;
      return left === 0
        ? broken
        : source.pipe(
            mergeMap((bytes) => {
              const passing = bytes.subarray(0, left);
              left -= passing.length;
              return left === 0 ? concat(of(passing), broken) : of(passing);
            }),
          );
    });
}
