const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_';

/** The value of each character by its code, or 64 for one that is not base64. The last two characters are base64url's. */
const values = new Uint8Array(128).fill(64);
Array.from(alphabet).forEach((character, place) => {
  values[character.charCodeAt(0)] = place < 64 ? place : place - 2;
});

/**
 * Decodes base64 or base64url, with or without padding. Returns `undefined` if the text is neither.
 *
 * A loop, since `atob` knows no base64url and gives a text that takes another loop, `Buffer` exists on few platforms, and
 * `Uint8Array.fromBase64` only on new ones.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const { length } = text.replace(/={1,2}$/u, '');
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let held = 0;
  let bits = 0;
  let filled = 0;
  for (let place = 0; place < length; place += 1) {
    const value = values[text.charCodeAt(place)] ?? 64;
    if (value === 64) {
      return undefined;
    }
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled] = held >> bits;
      filled += 1;
    }
  }
  return bits === 6 ? undefined : bytes;
}
