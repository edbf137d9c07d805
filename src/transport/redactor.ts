import type { TransportRequest } from './transport.js';

/** Takes the secrets of the requests it has seen out of text that a server sent. */
export interface Redactor {
  /** Remembers what is secret in a request as it goes out. */
  readonly learn: (request: TransportRequest) => void;
  readonly redact: (text: string) => string;
  /** Finds each secret known so far, however it is spelled; `undefined` while there is none. */
  readonly pattern: () => RegExp | undefined;
}

const secretName = /auth|key|token|secret|cookie|password/iu;
const scheme = /^(?:bearer|basic|token|apikey)$/iu;
/** Shorter values would black out half of every text. */
const shortestSecret = 4;
/** Shorter values, such as a made-up key of a local server, are ordinary words too: they count only where they stand alone. */
const shortestPart = 8;
const mark = '[redacted]';

/** A redactor that knows no secret yet; one per subscription. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  const add = (value: string): void => {
    const parts = [value, ...value.split(/\s+/u), ...value.split(/[\s;,=]+/u)];
    parts.filter((part) => part.length >= shortestSecret && !scheme.test(part)).forEach((part) => secrets.add(part));
  };
  const addSecret = (value: string, name: string): void => {
    if (secretName.test(name)) {
      add(value);
    }
  };
  // Longest first, so that no secret is left half standing because a part of it was replaced before.
  const longestFirst = (): readonly string[] => [...secrets].sort((a, b) => b.length - a.length);
  const pattern = (): RegExp | undefined =>
    secrets.size === 0 ? undefined : new RegExp(longestFirst().map(patternOf).join('|'), 'giu');
  return {
    learn: ({ headers, url }) => {
      Object.entries(headers).forEach(([name, value]) => {
        addSecret(value, name);
      });
      if (URL.canParse(url)) {
        const { searchParams, username, password } = new URL(url);
        searchParams.forEach(addSecret);
        [username, password].forEach(add);
      }
    },
    redact: (text) => {
      const known = pattern();
      return known === undefined ? text : withoutCutSecret(text.replaceAll(known, mark), longestFirst());
    },
    pattern,
  };
}

/** A text that was cut may end in half a secret. */
function withoutCutSecret(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = secret.length - 1; length >= shortestPart; length -= 1) {
      if (text.endsWith(secret.slice(0, length))) {
        return text.slice(0, -length) + mark;
      }
    }
  }
  return text;
}

/** Matches a secret also where JSON, an address or a page spells its characters in another way. */
function patternOf(secret: string): string {
  const spelled = Array.from(secret, spellingsOf).join('');
  return secret.length < shortestPart ? `(?<![a-z0-9])${spelled}(?![a-z0-9])` : spelled;
}

const entities: ReadonlyMap<string, string> = new Map([
  ['"', '&quot;'],
  ['&', '&amp;'],
  ["'", '&apos;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** `/` is `\/` or `\u002f` in JSON, `%2f` in an address and `&#47;` or `&#x2f;` in a page. */
function spellingsOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const encoded = [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('');
  const units = [...Array(character.length).keys()].map((unit) =>
    character.charCodeAt(unit).toString(16).padStart(4, '0'),
  );
  const entity = entities.get(character);
  const spellings = [
    `\\\\*\\u{${hex}}`,
    units.map((unit) => `\\\\+u${unit}`).join(''),
    encoded,
    `&#0*${code};`,
    `&#x0*${hex};`,
    ...(entity === undefined ? [] : [entity]),
  ];
  return `(?:${spellings.join('|')})`;
}
