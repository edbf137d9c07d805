const mark = [0xef, 0xbb, 0xbf];

/**
 * Removes a byte order mark from the start of a stream.
 *
 * @returns The bytes after the mark; `undefined` if these bytes are a part of a mark, so that more are needed.
 */
export function withoutByteOrderMark(start: Uint8Array): Uint8Array | undefined {
  const differsAt = mark.findIndex((byte, index) => start[index] !== byte);
  if (differsAt === -1) {
    return start.subarray(mark.length);
  }
  return differsAt === start.length ? undefined : start;
}
