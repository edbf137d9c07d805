import { noop } from 'rxjs';
import { ProtocolError } from '../../errors/protocol-error.js';

/** Reads a body piece by piece. */
interface BodyReader {
  /** Returns the next piece; `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** Stops reading, even while a read is pending. */
  readonly cancel: () => void;
}

/** What the responses of different fetches have: web streams, the streams of Node (node-fetch), or no stream (React Native). */
interface AnyResponse {
  readonly body?: (Partial<ReadableStream<Uint8Array>> & AnyIterable & { readonly destroy?: () => void }) | null;
  readonly text?: () => Promise<string>;
  readonly arrayBuffer?: () => Promise<ArrayBuffer>;
}

type AnyIterable = Partial<AsyncIterable<Uint8Array | string>>;

/**
 * Creates the reader of a response's body: as it comes where the body is a stream, else whole.
 *
 * @throws ProtocolError if the body cannot be read at all.
 */
export function createBodyReader(response: AnyResponse): BodyReader {
  const { body } = response;
  const reader = body?.getReader?.();
  if (reader !== undefined) {
    return {
      read: async () => (await reader.read()).value,
      cancel: () => void reader.cancel().catch(noop),
    };
  }
  const iterator = body?.[Symbol.asyncIterator]?.() ?? wholeBody(response)[Symbol.asyncIterator]();
  return {
    read: async () => {
      const result = await iterator.next();
      return result.done === true ? undefined : toBytes(result.value);
    },
    cancel: () => {
      if (typeof body?.destroy === 'function') {
        // A stream of Node; ending its iteration would wait for the pending read.
        body.destroy();
      } else {
        iterator.return?.(undefined).catch(noop);
      }
    },
  };
}

/** Reads a body without a stream: in React Native it is undefined or, as that of an empty response elsewhere, null. */
async function* wholeBody(response: AnyResponse): AsyncGenerator<Uint8Array | string> {
  if (typeof response.text === 'function') {
    const text = await response.text();
    if (text !== '') {
      yield text;
    }
  } else if (typeof response.arrayBuffer === 'function') {
    yield new Uint8Array(await response.arrayBuffer());
  } else {
    throw new ProtocolError(
      'The fetch of this runtime returns a response whose body cannot be read: it has no stream, no text() and no arrayBuffer()',
    );
  }
}

function toBytes(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}
