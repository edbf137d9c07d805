import type { CassettePiece } from './cassette.js';

/** Bytes as text where they are UTF-8 on their own, else as base64: in both forms no byte is lost. */
export function toContent(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    // A byte order mark would be dropped otherwise.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: btoa(toBinary(bytes)) };
  }
}

/** The bytes of a piece. */
export function toBytes(piece: CassettePiece): Uint8Array {
  return 'text' in piece ? new TextEncoder().encode(piece.text) : fromBinary(atob(piece.base64));
}

/** A string with one character per byte, in which regular expressions find what they would find in text. */
export function toBinary(bytes: Uint8Array): string {
  let binary = '';
  // Spread arguments live on the stack.
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return binary;
}

/** The bytes of such a string. */
export function fromBinary(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
