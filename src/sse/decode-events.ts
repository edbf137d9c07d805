import type { OperatorFunction } from 'rxjs';
import { check, checkConfig } from '../util/check.js';
import { joinBytes } from '../util/join-bytes.js';
import { checkBytes, checkCalled } from '../util/misuse.js';
import { operate } from '../util/operate.js';
import { Turns } from './turns.js';
import type { ServerSentEvent } from './block-parser.js';
import { withoutByteOrderMark } from './byte-order-mark.js';
import { EventParser } from './event-parser.js';

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
  return operate((destination) => {
    const parser = new EventParser({ eventBytes });
    /** The bytes so far, until it is known whether they begin with a byte order mark. */
    let start: Uint8Array | undefined = new Uint8Array(0);

    const push = (bytes: Uint8Array): void => {
      if (start === undefined) {
        parser.push(bytes, destination);
        return;
      }
      const all = joinBytes([start, bytes]);
      const begun = withoutByteOrderMark(all);
      start = begun === undefined ? all : undefined;
      if (begun !== undefined) {
        parser.push(begun, destination);
      }
    };
    const end = (): void => {
      parser.push(start ?? new Uint8Array(0), destination);
      const last = mode === 'flush' ? parser.end() : undefined;
      if (last !== undefined) {
        destination.next(last);
      }
      destination.complete();
    };
    // A consumer may make more bytes arrive.
    const turns = new Turns<Uint8Array | 'end'>((piece) => (piece === 'end' ? end() : push(piece)));

    return {
      next: (bytes) => turns.take(checkBytes('decodeEvents', bytes)),
      complete: () => turns.take('end'),
    };
  });
}
