const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Creates the function that every push of one stream goes through: it drops one leading byte order mark, whole or in
 * pieces.
 */
export function createStartTrimmer(): (bytes: Uint8Array) => Uint8Array {
  let held = new Uint8Array(0);
  let begun = false;
  return (bytes) => {
    if (begun) {
      return bytes;
    }
    const start = joined(held, bytes);
    const differsAt = byteOrderMark.findIndex((byte, index) => start[index] !== byte);
    if (differsAt === start.length) {
      held = start;
      return new Uint8Array(0);
    }
    begun = true;
    return differsAt === -1 ? start.subarray(byteOrderMark.length) : start;
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
