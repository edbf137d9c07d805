import { fromBinary, toBinary } from './pieces.js';

/** A stretch of the bytes of a body, and the text to stand in its place. */
export interface Span {
  readonly from: number;
  /** Behind the last byte. */
  readonly to: number;
  readonly replacement: string;
}

/** Makes stretches that overlap one; what is longer, or begins earlier, decides the replacement. */
export function joinSpans(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = joined.at(-1);
    if (last === undefined || span.from >= last.to) {
      joined.push(span);
    } else {
      joined[joined.length - 1] = {
        from: last.from,
        to: Math.max(last.to, span.to),
        replacement: last.replacement || span.replacement,
      };
    }
  }
  return joined;
}

/**
 * Replaces stretches of a body that comes in pieces. There are as many pieces as before; a replacement stands in the piece
 * in which its stretch begins.
 *
 * @param spans In order, none overlapping another.
 */
export function replaceSpans(pieces: readonly Uint8Array[], spans: readonly Span[]): readonly Uint8Array[] {
  let start = 0;
  let next = 0;
  return pieces.map((piece) => {
    const end = start + piece.length;
    const binary = toBinary(piece);
    let kept = '';
    let position = start;
    for (let span = spans[next]; span !== undefined && span.from < end; span = spans[next]) {
      const { from, to, replacement } = span;
      kept += binary.slice(position - start, Math.max(0, from - start)) + (from >= start ? replacement : '');
      position = Math.min(to, end);
      if (to > end) {
        break;
      }
      next += 1;
    }
    kept += binary.slice(position - start);
    start = end;
    return fromBinary(kept);
  });
}
