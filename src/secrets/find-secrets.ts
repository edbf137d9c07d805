/** A part of a text: `to` is the index after its last character. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A secret prepared for {@link findSecrets}, in lower case. */
export interface SpelledSecret {
  readonly text: string;
  /** For each character: JSON-escaped, as it is, as a `\u` escape and percent-encoded. */
  readonly letters: readonly (readonly string[])[];
}

/** A shorter secret, such as the made-up key of a local server, may be an ordinary word or a part of one. */
const minUnique = 8;

/** Prepares a secret, which must not be empty. */
export function spell(secret: string): SpelledSecret {
  return { text: lowerCase(secret), letters: Array.from(secret, spellingsOf) };
}

/**
 * Finds secrets in a text: as they are, JSON-escaped or URL-encoded, in any case. A secret of fewer than 8 characters counts
 * only as a whole word. Where the text ends within a secret, 8 characters of it suffice, since the text may have been cut.
 *
 * @returns The spans in order, without overlaps.
 */
export function findSecrets(text: string, secrets: readonly SpelledSecret[]): readonly Span[] {
  const lower = lowerCase(text);
  const starts = new Set(
    secrets.flatMap((secret) => [secret.text, ...(secret.letters[0] ?? [])]).map((spelling) => spelling.charAt(0)),
  );
  const spans: Span[] = [];
  for (let from = 0; from < lower.length; from += 1) {
    const to = starts.has(lower.charAt(from)) ? Math.max(...secrets.map((secret) => endOf(secret, lower, from))) : from;
    if (to > from) {
      spans.push({ from, to });
      from = to - 1;
    }
  }
  return spans;
}

/** The end of a secret that begins at `from`; `from` itself if it does not begin there. */
function endOf({ text: secret, letters }: SpelledSecret, text: string, from: number): number {
  const end = text.startsWith(secret, from) ? from + secret.length : endOfSpelled(letters, text, from);
  return letters.length >= minUnique || isWord(text, from, end) ? end : from;
}

function endOfSpelled(letters: SpelledSecret['letters'], text: string, from: number): number {
  let end = from;
  for (const [count, spellings] of letters.entries()) {
    const spelling = spellings.find((spelled) => text.startsWith(spelled, end));
    if (spelling === undefined) {
      const rest = text.slice(end);
      const isCut = count >= minUnique && spellings.some((spelled) => spelled.startsWith(rest));
      return isCut ? text.length : from;
    }
    end += spelling.length;
  }
  return end;
}

/** Whether no letter or digit is beside a span, except for those of an escape before it. */
function isWord(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - 3), from);
  return /(?:^|[^a-z\d]|\\[bfnrt]|%[\da-f]{2})$/u.test(before) && !/[a-z\d]/u.test(text.charAt(to));
}

function spellingsOf(letter: string): readonly string[] {
  const units = letter.split('').map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
  const bytes = Array.from(new TextEncoder().encode(letter), (byte) => `%${hex(byte, 2)}`);
  const escaped = letter === '/' ? '\\/' : JSON.stringify(letter).slice(1, -1);
  // A bare backslash is only looked for in the whole secret: here it would be mistaken for the start of an escape.
  const bare = letter === '\\' ? [] : [letter];
  return [escaped, ...bare, units.join(''), bytes.join('')].map(lowerCase);
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}

/** Unlike `toLowerCase`, never changes the length. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/gu, (letters) => letters.toLowerCase());
}
