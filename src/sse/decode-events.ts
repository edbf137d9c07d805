import { concat, concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { createEventParser } from './event-parser.js';
import type { ServerSentEvent } from './parse-blocks.js';

/** How {@link decodeEvents} decodes. */
export interface DecodeEventsConfig {
  /**
   * What becomes of an event that the end of the stream left without its empty line: `flush` emits it, whatever it holds,
   * as model servers often forget that line; `spec` discards it, as the HTML standard says. Default `flush`.
   */
  readonly mode?: 'flush' | 'spec' | undefined;
  /** The most bytes one event may have on the wire, comments not counted. Default 16 MiB. */
  readonly eventBytes?: number | undefined;
}

/**
 * Emits the server-sent events of a response body, by the algorithm of the HTML standard; its pieces may be cut anywhere.
 *
 * ```text
 * bytes:  -a--b---c-|      a = 'data: 1\n', b = '\ndata: 2\n\nda', c = 'ta: 3\n'
 * flush:  ----(xy)--(z|)   x = 1, y = 2, z = 3
 * spec:   ----(xy)--|
 * ```
 *
 * An event longer than `eventBytes` is a `LimitError`, after the events before it were emitted. Other errors pass through
 * unchanged; the unterminated event is then never emitted. Throws `TypeError` when called with an unknown mode or an
 * `eventBytes` that is not positive.
 *
 * @see {@link formatEvent} for the other direction.
 */
export function decodeEvents({
  mode = 'flush',
  eventBytes = 16 * 1024 * 1024,
}: DecodeEventsConfig = {}): OperatorFunction<Uint8Array, ServerSentEvent> {
  if (!['flush', 'spec'].includes(mode)) {
    throw new TypeError("decodeEvents: mode must be 'flush' or 'spec'");
  }
  if (typeof eventBytes !== 'number' || !(eventBytes > 0)) {
    throw new TypeError('decodeEvents: eventBytes must be a positive number');
  }
  return (source) =>
    defer(() => {
      const parser = createEventParser({ eventBytes });
      return concat(
        source.pipe(concatMap((bytes) => parser.push(bytes))),
        defer(() => {
          const last = parser.end();
          return last !== undefined && mode === 'flush' ? of(last) : EMPTY;
        }),
      );
    });
}
