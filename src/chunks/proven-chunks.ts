import { isObject } from '../util/is-object.js';
import type { AnyChunk } from './completion.js';
import type { ChunkFormat, StreamContent } from './parse-chunks.js';

/**
 * Creates a function that reads a document as {@link parseChunks} does at the start of a stream, in place. It returns
 * `undefined` for a document that is mended, or is not a chunk of
 * one choice that goes on.
 */
export function readUnmended<Chunk extends AnyChunk>(
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
      const [choice, ...others] = chunk.choices;
      const goesOn = choice !== undefined && others.length === 0 && !choice.finish_reason;
      return goesOn && JSON.stringify(chunk) === sent ? chunk : undefined;
    } catch {
      // The parser reads the same document, and tells the error.
      return undefined;
    }
  };
}
