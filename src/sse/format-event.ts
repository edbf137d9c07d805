/** An event for {@link formatEvent}, such as a `ServerSentEvent`. */
export interface FormattableEvent {
  /** The payload, such as JSON text. */
  readonly data: string;
  /** The event's name; left out if it is empty or `message`, the default. */
  readonly event?: string | undefined;
  /** The event's id; left out if it is empty. */
  readonly id?: string | undefined;
  /** The reconnection time in milliseconds, a non-negative integer. */
  readonly retry?: number | undefined;
}

/**
 * Formats a server-sent event as text, including the empty line at its end.
 *
 * Decoding the text returns the same event, except for what the format cannot express: in the data CR and CRLF become LF,
 * and lone surrogates become U+FFFD once encoded. An id applies to all later events of a stream, so an event with an empty
 * id after one with an id decodes with that id.
 *
 * @throws TypeError if `data` is not a string, `event` or `id` contains a line break, `id` contains U+0000, or `retry` is
 *   not a non-negative integer.
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
  const name = event === '' || event === 'message' ? '' : `event: ${event}\n`;
  const number = id === '' ? '' : `id: ${id}\n`;
  const pause = retry === undefined ? '' : `retry: ${retry}\n`;
  return `${name}${number}${pause}data: ${data.replaceAll(lineEnds, '\ndata: ')}\n\n`;
}

const lineEnds = /\r\n|\r|\n/gu;
