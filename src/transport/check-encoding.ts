import { ProtocolError } from '../errors/protocol-error.js';

/** What every fetch decodes. */
const decodedAnywhere: ReadonlySet<string> = new Set(['', 'identity', 'gzip', 'x-gzip', 'deflate', 'br']);

/** What some fetches decode and others pass on as it came, and the first bytes of each, with which no text begins. */
const decodedSomewhere: ReadonlyMap<string, readonly number[]> = new Map([
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['dcz', [0x5e, 0x2a, 0x4d, 0x18]],
  ['dcb', [0xff, 0x44, 0x43, 0x42]],
]);

/**
 * Checks that a body which fetch was to decode is decoded: it passes on what it does not know as it came, and tells nobody.
 *
 * @param encoding The `content-encoding` of the answer.
 * @param start The first piece of the body; none before it has come.
 * @throws {ProtocolError} For an encoding that no fetch knows, and a body that is still encoded.
 */
export function checkEncoding(encoding: string | null, start: Uint8Array = new Uint8Array()): void {
  for (const coding of (encoding ?? '').split(',').map((name) => name.trim().toLowerCase())) {
    if (isEncoded(coding, start)) {
      throw unknownEncoding();
    }
  }
}

/** Whether a body that is said to be in this coding, and was not decoded here, still is. */
export function isEncoded(coding: string, start: Uint8Array): boolean {
  const signature = decodedSomewhere.get(coding);
  return signature?.every((byte, place) => start[place] === byte) ?? !decodedAnywhere.has(coding);
}

/** The error for an answer whose encoding is unknown here. */
export function unknownEncoding(): ProtocolError {
  return new ProtocolError('The server compressed its answer in a way that is unknown here and was not asked for');
}
