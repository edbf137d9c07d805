import { parseJson } from '../util/parse-json.js';
import { requireGlobal } from '../util/require-global.js';

/** The byte that begins and ends a string. */
export const quote = 0x22;
const zero = 0x30;
/** The byte before an escaped one. */
const backslash = 0x5c;

/** Longer strings are left to the parser, which reads them as quickly. */
const maxLength = 4096;
/** Up to this length in bytes, ASCII is decoded faster here than by a `TextDecoder`. Most deltas are a word or less. */
const maxShort = 32;
/** For each length a list to hold the characters: engines spread such a list much faster than bytes. */
const characters = Array.from({ length: maxShort + 1 }, (_, length) => Array.from({ length }, () => 0));

let decoder: TextDecoder | undefined;

/** Creates a view of bytes that reads words. */
export function dataViewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Returns the index of the quote that ends the string which begins at `start`; -1 if it is cut, too long or has control characters. */
export function endOfString(view: DataView, start: number): number {
  const limit = Math.min(view.byteLength, start + maxLength + 1);
  for (let index = start; index < limit; index += 1) {
    const byte = view.getUint8(index);
    if (byte === quote) {
      return index;
    }
    if (byte < 0x20) {
      return -1;
    }
    if (byte === backslash) {
      index += 1;
    }
  }
  return -1;
}

/** Returns the index after the digits of a number that begins at `start`; -1 if JSON does not allow it, or it could lose digits. */
export function endOfNumber(view: DataView, start: number): number {
  let index = start;
  while (index < view.byteLength && view.getUint8(index) >= zero && view.getUint8(index) <= zero + 9) {
    index += 1;
  }
  const length = index - start;
  return length === 1 || (length > 1 && length < 16 && view.getUint8(start) !== zero) ? index : -1;
}

/** Returns a JSON string given without its quotes; `undefined` if it is malformed. Malformed UTF-8 becomes U+FFFD. */
export function readString(view: DataView, start: number, end: number): string | undefined {
  const list = characters[end - start];
  if (list === undefined) {
    return unescaped(decode(view, start, end));
  }
  let isEscaped = false;
  for (let index = 0; index < list.length; index += 1) {
    const byte = view.getUint8(start + index);
    if (byte > 0x7f) {
      return unescaped(decode(view, start, end));
    }
    isEscaped ||= byte === backslash;
    list[index] = byte;
  }
  const text = String.fromCharCode(...list);
  return isEscaped ? unescaped(text) : text;
}

/** Decodes UTF-8 as the parser does: a byte order mark is kept. */
export function decode({ buffer, byteOffset }: DataView, start: number, end: number): string {
  decoder ??= new (requireGlobal('TextDecoder'))('utf-8', { ignoreBOM: true });
  return decoder.decode(new Uint8Array(buffer, byteOffset + start, end - start));
}

function unescaped(text: string): string | undefined {
  return text.includes('\\') ? (parseJson(`"${text}"`) as string | undefined) : text;
}
