import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { noop } from 'rxjs';
import { LimitError } from '../../errors/limit-error.js';
import { checkEncoding } from '../check-encoding.js';

/** Takes the body of an answer as it arrives. */
export interface BodySink {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Reports that the connection broke. What has arrived by then is passed on first. */
  fail(error: unknown): void;
}

/** Decodes the body of an answer as it arrives. */
export interface BodyDecoder extends BodySink {
  destroy(): void;
}

const decompressors = new Map<string, (firstByte: number) => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress()],
  // Servers send both forms of deflate; a zlib header names method 8 in its first byte.
  ['deflate', (firstByte) => ((firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw())],
]);

/**
 * Creates a decoder that passes bytes to `target` as soon as they can be decoded; `undefined` for a body that is not encoded.
 * A compressed body that is malformed or cut short fails, as does binary data in an unknown encoding; an empty body is valid
 * in every encoding.
 *
 * @param encoding The `content-encoding` of the answer.
 * @param undecodedBytes Maximum number of bytes that may wait to be decoded, above which `target` fails with `LimitError`.
 */
export function createBodyDecoder(encoding: string, target: BodySink, undecodedBytes: number): BodyDecoder | undefined {
  const coding = encoding.trim().toLowerCase();
  if (coding === '') {
    return undefined;
  }
  const createZlib = decompressors.get(coding);
  return createZlib === undefined ? passText(coding, target) : decompress(createZlib, target, undecodedBytes);
}

/** Passes on a body that is plain text, whatever its header claims. */
function passText(coding: string, target: BodySink): BodyDecoder {
  let begun = false;
  return {
    write: (bytes) => {
      try {
        if (!begun) {
          checkEncoding(coding, bytes);
          begun = true;
        }
        target.write(bytes);
      } catch (error) {
        target.fail(error);
      }
    },
    end: () => target.end(),
    fail: (error) => target.fail(error),
    destroy: noop,
  };
}

function decompress(
  createZlib: (firstByte: number) => Transform,
  target: BodySink,
  undecodedBytes: number,
): BodyDecoder {
  let zlib: Transform | undefined;
  let broken: unknown;
  const finish = (): void => (broken === undefined ? target.end() : target.fail(broken));
  const start = (firstByte: number): Transform =>
    createZlib(firstByte)
      .on('data', (bytes: Uint8Array) => target.write(bytes))
      .on('end', finish)
      .on('error', (error) => target.fail(broken ?? error));
  const end = (): void => {
    if (zlib === undefined) {
      finish();
    } else if (!zlib.destroyed) {
      zlib.end();
    }
  };
  return {
    write: (bytes) => {
      zlib ??= start(bytes[0] ?? 0);
      zlib.write(bytes);
      // The socket is not paused meanwhile: undici 7 ends the process when a server closes a paused connection.
      if (zlib.writableLength > undecodedBytes) {
        target.fail(new LimitError('undecodedBytes', undecodedBytes));
      }
    },
    end,
    fail: (error) => {
      broken = error;
      end();
    },
    destroy: () => zlib?.destroy(),
  };
}
