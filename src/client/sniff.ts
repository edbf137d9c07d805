/** What an answer's body is, judged by how it begins. */
export type BodyKind = 'events' | 'json' | 'page' | 'other';

const fieldNames = ['data', 'event', 'id', 'retry', 'error', ''] as const;
const maxFieldName = 5;

/**
 * Judges a body by its first bytes rather than by its content type alone, which servers get wrong in both directions.
 *
 * @param start The body so far, without leading white space.
 * @param declared Whether the content type is that of an event stream.
 * @param ended Whether this is the whole body.
 * @returns `undefined` while more bytes are needed.
 */
export function sniff(start: Uint8Array, declared: boolean, ended: boolean): BodyKind | undefined {
  // As of a stream: a byte order mark, or another character, may have come in part.
  const text = new TextDecoder().decode(start, { stream: true });
  if (text === '') {
    return ended ? 'events' : undefined;
  }
  if (text.startsWith('<')) {
    return 'page';
  }
  if (text.startsWith('{') || text.startsWith('[')) {
    return 'json';
  }
  if (declared) {
    return 'events';
  }
  const [name = ''] = text.split(/[:\r\n]/u, 1);
  const decided = ended || name.length < text.length || text.length > maxFieldName;
  return decided ? (fieldNames.some((field) => field === name) ? 'events' : 'other') : undefined;
}
