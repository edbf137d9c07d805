import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Keeps the first half of a character beyond the basic plane, such as an emoji, until its second half arrives with the next
 * piece. Written apart, each half would become a replacement character.
 */
export function wholeCharacters(): MonoTypeOperatorFunction<string> {
  return (source) =>
    defer(() => {
      let half = '';
      return source.pipe(
        map((piece) => {
          const text = half + piece;
          half = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? '';
          return half === '' ? text : text.slice(0, -1);
        }),
      );
    });
}
