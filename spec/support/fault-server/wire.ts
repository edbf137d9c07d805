/** Header fields by name. */
export type Fields = Readonly<Record<string, string>>;

/** The content type of an event stream. */
export const eventType: Fields = { 'content-type': 'text/event-stream' };

/** The content type of an event stream whose body is sent in HTTP chunks. */
export const chunkedEvents: Fields = { ...eventType, 'transfer-encoding': 'chunked' };

/** Formats the head of an answer. */
export function headOf(status: number, fields: Fields = {}, version = '1.1'): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/${version} ${status} Status\r\n${lines.join('')}\r\n`;
}

/** The head of an event stream whose body is sent in HTTP chunks. */
export const streamHead = headOf(200, chunkedEvents);

/**
 * Formats a piece of a body as one HTTP chunk; no bytes stay no bytes, because an empty chunk would be the last one.
 */
export function chunked(piece: string | Uint8Array): Buffer {
  const bytes = Buffer.from(piece);
  const isEmpty = bytes.length === 0;
  return isEmpty ? bytes : Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** The end of a body that is sent in HTTP chunks. */
export const lastChunk = '0\r\n\r\n';

/** Formats a whole answer with `connection: close`. */
export function answerOf(status: number, fields: Fields, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  const head = headOf(status, { ...fields, 'content-length': String(bytes.length), connection: 'close' });
  return Buffer.concat([Buffer.from(head), bytes]);
}
