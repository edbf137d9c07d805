import { isObject } from '../util/is-object.js';
import type { ChunkFormat, StreamContent } from './parse-chunks.js';

/**
 * Creates a function that reads a document as {@link parseChunks} does at the start of a stream, in place. It returns
 * `undefined` for a document that is mended, or is not a chunk.
 */
export function readUnmended<Chunk>(
  format: ChunkFormat<Chunk>,
  content: StreamContent,
): (document: unknown) => Chunk | undefined {
  return (document) => {
    if (!isObject(document)) {
      return undefined;
    }
    const sent = JSON.stringify(document);
    try {
      format.createRepair(content).mend(document);
      const chunk = format.read(document);
      return JSON.stringify(chunk) === sent ? chunk : undefined;
    } catch {
      // The parser reads the same document, and tells the error.
      return undefined;
    }
  };
}
