import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { LimitError } from '../../errors/limit-error.js';
import { isEncoded, unknownEncoding } from '../check-encoding.js';

/** Where decoded bytes go. */
export interface BodyDecoderTarget {
  readonly push: (bytes: Uint8Array) => void;
  readonly complete: () => void;
  readonly fail: (error: unknown) => void;
}

/** Decodes a compressed body piece by piece. */
export interface BodyDecoder {
  /** Takes a piece, and calls back once it is decoded. */
  readonly write: (bytes: Uint8Array, written?: () => void) => void;
  /** The body has ended. */
  readonly end: () => void;
  /** The connection broke: what has arrived is decoded first, then the target fails with the error. */
  readonly breakOff: (error: unknown) => void;
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

/** More would be no compression but an attack. */
const mostCodings = 5;

/**
 * A decoder for a `content-encoding`, which gives bytes as soon as they can be decoded; `undefined` for a plain body. Of
 * several codings the last is undone first. A body that is malformed or cut short fails; an empty one is empty whatever
 * its encoding.
 *
 * @param undecodedBytes How many bytes may wait to be decoded; more fails with `LimitError`.
 * @throws {ProtocolError} For an encoding we do not know.
 */
export function createBodyDecoder(
  encoding: string,
  target: BodyDecoderTarget,
  undecodedBytes: number,
): BodyDecoder | undefined {
  const codings = encoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (codings.length > mostCodings) {
    throw unknownEncoding();
  }
  return codings.reduce<BodyDecoder | undefined>(
    (next, coding) => createDecoder(coding, next ?? plain(target), undecodedBytes),
    undefined,
  );
}

/** Takes bytes that need no decoding. */
function plain({ push, complete, fail }: BodyDecoderTarget): BodyDecoder {
  return {
    write: (bytes, written) => {
      push(bytes);
      written?.();
    },
    end: complete,
    breakOff: fail,
    destroy: () => undefined,
  };
}

/** Takes what we cannot decode, and may be plain all the same, as fetch does: its first bytes tell. */
function perhapsPlain(coding: string, next: BodyDecoder): BodyDecoder {
  if (isEncoded(coding, new Uint8Array())) {
    throw unknownEncoding();
  }
  let begun = false;
  return {
    ...next,
    write: (bytes, written) => {
      if (!begun && isEncoded(coding, bytes)) {
        next.breakOff(unknownEncoding());
        return;
      }
      begun = true;
      next.write(bytes, written);
    },
  };
}

function createDecoder(coding: string, next: BodyDecoder, undecodedBytes: number): BodyDecoder {
  const create = zlibOf.get(coding);
  if (create === undefined) {
    return perhapsPlain(coding, next);
  }
  let zlib: Transform | undefined;
  let broken: { readonly error: unknown } | undefined;
  const finish = (): void => {
    if (broken === undefined) {
      next.end();
    } else {
      next.breakOff(broken.error);
    }
  };
  const end = (): void => {
    if (zlib === undefined) {
      finish();
    } else if (!zlib.destroyed) {
      zlib.end();
    }
  };
  const start = (firstByte: number): Transform => {
    const created = create(firstByte);
    const resume = (): void => void created.resume();
    return created
      .on('data', (bytes: Uint8Array) => {
        // What one coding gives waits for the next: a small body compressed twice may grow at every step.
        created.pause();
        next.write(bytes, resume);
      })
      .on('end', finish)
      .on('error', (error) => {
        next.breakOff(broken === undefined ? error : broken.error);
      });
  };
  return {
    write: (bytes, written) => {
      zlib ??= start(bytes[0] ?? 0);
      zlib.write(bytes, written);
      // The socket is not paused meanwhile: undici 7 ends the process when a server closes a paused connection.
      if (zlib.writableLength > undecodedBytes) {
        next.breakOff(new LimitError('undecodedBytes', undecodedBytes));
      }
    },
    end,
    breakOff: (error) => {
      broken = { error };
      end();
    },
    destroy: () => {
      zlib?.destroy();
      next.destroy();
    },
  };
}
