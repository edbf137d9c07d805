import { once } from 'node:events';
import { createBrotliCompress, createDeflate, createDeflateRaw, createGzip } from 'node:zlib';

const compressors = {
  gzip: createGzip,
  'zlib deflate': createDeflate,
  'raw deflate': createDeflateRaw,
  br: createBrotliCompress,
};

/** A compression; both forms of deflate have the same name in headers. */
export type Compression = keyof typeof compressors;

/**
 * Compresses each text to a piece that can be decoded before the next one is sent, and adds a last piece that ends
 * them.
 */
export async function compress(compression: Compression, texts: readonly string[]): Promise<readonly Buffer[]> {
  const compressor = compressors[compression]();
  const pieces: Buffer[] = [];
  for (const text of texts) {
    compressor.write(text);
    await new Promise<void>((resolve) => compressor.flush(resolve));
    pieces.push(readAll(compressor));
  }
  compressor.end();
  await once(compressor, 'readable');
  pieces.push(readAll(compressor));
  return pieces;
}

function readAll(compressor: { read(): unknown }): Buffer {
  const pieces: Buffer[] = [];
  for (let piece = compressor.read(); piece !== null; piece = compressor.read()) {
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}
