import type { TransportRequest } from './transport.js';

/** Takes the secrets of the requests it has seen out of text that a server sent. */
export interface Redactor {
  /** Remembers what is secret in a request as it goes out. */
  readonly learn: (request: TransportRequest) => void;
  readonly redact: (text: string) => string;
}

const secretName = /auth|key|token|secret|cookie|password/iu;
const scheme = /^(?:bearer|basic|token|apikey)$/iu;
/** Shorter values, such as a made-up key of a local server, would black out ordinary words. */
const shortestSecret = 6;

/** A redactor that knows no secret yet; one per subscription. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  const add = (value: string): void => {
    for (const secret of [value, ...value.split(/\s+/u), ...value.split(/[\s;,=]+/u)]) {
      if (secret.length >= shortestSecret && !scheme.test(secret)) {
        secrets.add(secret);
      }
    }
  };
  const addSecret = (value: string, name: string): void => {
    if (secretName.test(name)) {
      add(value);
    }
  };
  return {
    learn: ({ headers, url }) => {
      Object.entries(headers).forEach(([name, value]) => addSecret(value, name));
      if (URL.canParse(url)) {
        new URL(url).searchParams.forEach(addSecret);
      }
    },
    redact: (text) => {
      // Longest first, so that no secret is left half standing because a part of it was replaced before.
      const patterns = [...secrets].sort((a, b) => b.length - a.length).map(patternOf);
      return patterns.length === 0 ? text : text.replaceAll(new RegExp(patterns.join('|'), 'giu'), '[redacted]');
    },
  };
}

/** Matches a secret also as JSON and URLs spell it: `a/b` is `a\/b` or `a\u002fb` in one, `a%2Fb` in the other. */
function patternOf(secret: string): string {
  return secret.replaceAll(/[^a-z0-9]/giu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return `(?:\\\\*(?:\\u{${hex}}|u${hex.padStart(4, '0')})|%${hex.padStart(2, '0')})`;
  });
}
