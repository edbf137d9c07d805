/** What {@link formatEvent} writes; a `ServerSentEvent` is one. */
export interface FormattableEvent {
  /** The payload, for example a JSON text. */
  readonly data: string;
  /** The event's name; `message`, like an empty one, is the default and not written. */
  readonly event?: string | undefined;
  /** The event's id; an empty one is not written. */
  readonly id?: string | undefined;
  /** The reconnection time in milliseconds, a non-negative integer. */
  readonly retry?: number | undefined;
}

/**
 * Gives the wire form of a server-sent event, with the empty line that ends it.
 *
 * Decoding it gives the event back, with these exceptions, which the format cannot express: a carriage return in the data,
 * alone or before a line feed, becomes a line feed, and lone surrogates become U+FFFD once encoded. An id stays in force for
 * the events that follow, so events decoded from one stream give the same ids again; only a stream that goes back to an
 * empty id, which hardly any does, keeps the last one.
 *
 * Throws `TypeError` when `data` is no string, `event` or `id` contains a line break, `id` contains U+0000, or `retry` is
 * no non-negative integer.
 *
 * @see {@link decodeEvents} for the other direction.
 */
export function formatEvent({ data, event = '', id = '', retry }: FormattableEvent): string {
  if (typeof data !== 'string') {
    throw new TypeError('formatEvent: data must be a string');
  }
  if (/[\r\n]/u.test(event)) {
    throw new TypeError('formatEvent: event must not contain a line break');
  }
  if (/[\r\n\0]/u.test(id)) {
    throw new TypeError('formatEvent: id must not contain a line break or U+0000');
  }
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0)) {
    throw new TypeError('formatEvent: retry must be a non-negative integer');
  }
  return [
    ...(event === '' || event === 'message' ? [] : [`event: ${event}\n`]),
    ...(id === '' ? [] : [`id: ${id}\n`]),
    ...(retry === undefined ? [] : [`retry: ${retry}\n`]),
    ...data.split(/\r\n|\r|\n/u).map((line) => `data: ${line}\n`),
    '\n',
  ].join('');
}
