import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ProtocolError } from '../errors/protocol-error.js';

/** Where decoded bytes go, and how the socket is slowed down while they are made. */
export interface BodyDecoderTarget {
  readonly push: (bytes: Uint8Array) => void;
  readonly complete: () => void;
  readonly fail: (error: unknown) => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Decodes a compressed body piece by piece. */
export interface BodyDecoder {
  readonly write: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly destroy: () => void;
}

const zlibOf: ReadonlyMap<string, (firstByte: number) => Transform> = new Map<string, (firstByte: number) => Transform>(
  [
    ['gzip', () => createGunzip()],
    ['x-gzip', () => createGunzip()],
    ['br', () => createBrotliDecompress()],
    // Servers send both forms of deflate; a zlib header names method 8 in its first byte.
    ['deflate', (firstByte) => ((firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw())],
  ],
);

/**
 * A decoder for a `content-encoding`, which gives bytes as soon as they can be decoded; `undefined` for a plain body.
 * A body that is malformed or cut short fails; an empty one is empty whatever its encoding.
 *
 * @throws {ProtocolError} For an encoding we do not know.
 */
export function createBodyDecoder(encoding: string | undefined, target: BodyDecoderTarget): BodyDecoder | undefined {
  const coding = encoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') {
    return undefined;
  }
  const create = zlibOf.get(coding);
  if (create === undefined) {
    throw new ProtocolError('The server compressed its answer in a way that is unknown here and was not asked for');
  }
  let zlib: Transform | undefined;
  return {
    write: (bytes) => {
      zlib ??= create(bytes[0] ?? 0)
        .on('data', target.push)
        .on('end', target.complete)
        .on('error', target.fail)
        .on('drain', target.resume);
      if (!zlib.write(bytes)) {
        target.pause();
      }
    },
    end: () => {
      if (zlib === undefined) {
        target.complete();
      } else {
        zlib.end();
      }
    },
    destroy: () => {
      zlib?.destroy();
    },
  };
}
