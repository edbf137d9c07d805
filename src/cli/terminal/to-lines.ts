import {
  catchError,
  concat,
  defer,
  EMPTY,
  mergeMap,
  type Observable,
  of,
  type OperatorFunction,
  throwError,
} from 'rxjs';

/**
 * Emits each line of a text that comes in pieces, without its line feed, as soon as it is complete. A last line without a
 * line feed is emitted before completion and before an error.
 *
 * ```text
 * pieces:  -a-b--|      a = 'one\ntw', b = 'o'
 * result:  -x----(y|)   x = 'one', y = 'two'
 * ```
 */
export function toLines(): OperatorFunction<string, string> {
  return (source) =>
    defer(() => {
      let rest = '';
      const last = defer((): Observable<string> => (rest === '' ? EMPTY : of(rest)));
      const completed = (piece: string): readonly string[] => {
        // Otherwise a long line would be searched again for each of its pieces.
        if (!piece.includes('\n')) {
          rest += piece;
          return [];
        }
        const lines = (rest + piece).split(/\r?\n/u);
        rest = lines.pop() ?? '';
        return lines;
      };
      return concat(
        source.pipe(
          mergeMap(completed),
          catchError((error: unknown) =>
            concat(
              last,
              throwError(() => error),
            ),
          ),
        ),
        last,
      );
    });
}
