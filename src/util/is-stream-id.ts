/** Whether a text can be the id of a stream of a relay. Apart from both client and relay, since each keeps the other to it. */
export function isStreamId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w-]{16,128}$/u.test(id);
}
