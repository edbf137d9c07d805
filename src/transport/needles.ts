import { readPlain } from './plain-text.js';

/** What to look for, to find a secret in a text. */
export interface Needle {
  readonly text: string;
  /** Where to look: in the text itself, in its `PlainText`, or in that with base64 in the alphabet of addresses. */
  readonly place: 'original' | 'plain' | 'base64';
  /** Whether it counts only where it stands alone, since it is also an ordinary word or a part of one. */
  readonly isShort: boolean;
}

/** Shorter values, such as a made-up key of a local server, are ordinary words too. */
export const shortestPart = 8;

/** The forms a secret may have: as it is, and as base64. */
export function needlesOf(secret: string): readonly Needle[] {
  const { text } = readPlain(secret);
  const isShort = secret.length < shortestPart;
  const forms = isShort ? [] : base64Forms(secret);
  return [
    // A key that ends in a backslash looks as if it spelled what follows it.
    ...(secret.includes('\\') ? [{ text: secret, place: 'original', isShort } as const] : []),
    { text, place: 'plain', isShort },
    ...forms.map((form) => ({ text: inAddressAlphabet(form).toLowerCase(), place: 'base64', isShort }) as const),
  ];
}

/** Base64 has an alphabet of its own in addresses. */
export function inAddressAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

/** A secret behind 0, 1 and 2 bytes of other text, without the ends that depend on what stands beside it. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Array.from(new TextEncoder().encode(secret), (byte) => String.fromCharCode(byte)).join('');
  return ['', '\0', '\0\0'].map((before) =>
    btoa(before + bytes).slice(Math.ceil((before.length * 8) / 6), Math.floor(((before + bytes).length * 8) / 6)),
  );
}
