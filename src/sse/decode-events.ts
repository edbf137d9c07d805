import { concat, concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { check, checkConfig } from '../util/check.js';
import { checkBytes, checkCalled } from '../util/misuse.js';
import { createEventParser } from './event-parser.js';
import type { ServerSentEvent } from './parse-blocks.js';

/** Configuration of {@link decodeEvents}. */
export interface DecodeEventsConfig {
  /**
   * What happens to a last event without its empty line. `flush`, the default, emits it, since model servers often forget
   * that line; `spec` discards it, as the HTML standard requires.
   */
  readonly mode?: 'flush' | 'spec' | undefined;
  /** The maximum number of bytes of one event as sent; comments do not count. Default 16 MiB. */
  readonly eventBytes?: number | undefined;
}

/**
 * Emits the server-sent events of a response body, which may be split anywhere, following the algorithm of the HTML
 * standard.
 *
 * ```text
 * bytes:  -a--b---c-|      a = 'data: 1\n', b = '\ndata: 2\n\nda', c = 'ta: 3\n'
 * flush:  ----(xy)--(z|)   x = 1, y = 2, z = 3
 * spec:   ----(xy)--|
 * ```
 *
 * An event longer than `eventBytes` is a `LimitError`, after the events before it. Errors of the source pass through
 * unchanged, and the unterminated event is dropped.
 *
 * @throws TypeError if `mode` is unknown or `eventBytes` is not a positive number.
 * @see {@link formatEvent} for the other direction.
 */
export function decodeEvents(config: DecodeEventsConfig = {}): OperatorFunction<Uint8Array, ServerSentEvent> {
  checkCalled('decodeEvents', config);
  checkConfig('decodeEvents', config, ['mode', 'eventBytes']);
  const { mode = 'flush', eventBytes = 16 * 1024 * 1024 } = config;
  check(['flush', 'spec'].includes(mode), 'mode', "'flush' or 'spec'", mode);
  check(typeof eventBytes === 'number' && eventBytes > 0, 'eventBytes', 'a positive number', eventBytes);
  return (source) =>
    defer(() => {
      const parser = createEventParser({ eventBytes });
      return concat(
        source.pipe(concatMap((bytes) => parser.push(checkBytes('decodeEvents', bytes)))),
        defer(() => {
          const last = parser.end();
          return last !== undefined && mode === 'flush' ? of(last) : EMPTY;
        }),
      );
    });
}
