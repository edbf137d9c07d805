import type { CassettePiece } from './cassette.js';

/** Converts bytes to text if they are valid UTF-8, else to base64. Neither loses a byte. */
export function toContent(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    // `ignoreBOM` keeps a byte order mark.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: btoa(toBinary(bytes)) };
  }
}

/** Converts a piece to bytes. */
export function toBytes(piece: CassettePiece): Uint8Array {
  return 'text' in piece ? new TextEncoder().encode(piece.text) : fromBinary(atob(piece.base64));
}

/** Converts bytes to a string of one character per byte, to be searched like text. */
export function toBinary(bytes: Uint8Array): string {
  let binary = '';
  // In parts, since spread arguments are put on the stack.
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return binary;
}

/** Converts a string of one character per byte to bytes. */
export function fromBinary(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
