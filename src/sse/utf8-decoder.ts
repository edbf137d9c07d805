/** Below this size a call costs more than the decoding. */
const longBytes = 4096;

/**
 * Creates a function that decodes whole lines of UTF-8 as one decoder over the whole stream would, since no character
 * reaches over the end of a line: malformed bytes become U+FFFD. A byte order mark is kept.
 */
export function createUtf8Decoder(): (lines: Uint8Array) => string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const wideDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // Node 20 and 22 decode in another way after a call like this: in half the time what is not all ASCII, but in eight
  // times as much what is. Later versions have one way.
  wideDecoder.decode(new Uint8Array(0), { stream: true });
  let isAscii = true;
  return (lines) => {
    const text = (isAscii || lines.length < longBytes ? decoder : wideDecoder).decode(lines);
    isAscii = text.length === lines.length;
    return text;
  };
}
