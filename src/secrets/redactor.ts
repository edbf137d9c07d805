import { findSecrets, type Span, spell, type SpelledSecret } from './find-secrets.js';

/** Replaces each secret in a text by `[redacted]`. */
export type Redact = (text: string) => string;

/** The parts of a request that may hold secrets. */
export interface SecretSource {
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

/** Removes known secrets from texts. */
interface Redactor {
  /** Adds a secret; one of fewer than 4 characters is ignored. */
  readonly addSecret: (secret: string) => void;
  /** Adds the secrets of a request, see {@link secretsIn}. */
  readonly addRequest: (request: SecretSource) => void;
  readonly find: (text: string) => readonly Span[];
  readonly redact: Redact;
}

/** Stands in place of a secret. */
export const mark = '[redacted]';

/** Redacting shorter values would black out half of every text. */
const minSecret = 4;
const secretName =
  /auth|key|token|secret|cookie|passw|passphrase|credential|signature|jwt|session|^(?:x-)?(?:sig|code|pwd|pass)$/iu;
const scheme = /^(?:bearer|basic|token|apikey)\s+/iu;

/** Creates a redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const known = new Map<string, SpelledSecret>();
  const addSecret = (secret: string): void => {
    if (secret.length >= minSecret && !known.has(secret)) {
      known.set(secret, spell(secret));
    }
  };
  const find = (text: string): readonly Span[] => findSecrets(text, [...known.values()]);
  return {
    addSecret,
    addRequest: (request) => secretsIn(request).forEach(addSecret),
    find,
    redact: (text) => markSpans(text, find(text)),
  };
}

/**
 * Lists the secrets of a request: the values of headers and query parameters whose name sounds secret, whole and in parts,
 * and the user name and password of the URL.
 *
 * @param isSecret Whether the name of a header or query parameter sounds secret.
 */
export function secretsIn({ headers, url }: SecretSource, isSecret = soundsSecret): readonly string[] {
  const { searchParams = [], username, password } = parsed(url) ?? {};
  const fields = [...Object.entries(headers), ...searchParams];
  const values = fields.filter(([name]) => isSecret(name)).flatMap(([, value]) => [value, ...partsOf(value)]);
  const user = [username, password].flatMap((part = '') => [part, decoded(part)]);
  return [...values, ...user];
}

function parsed(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether the name of a header or query parameter suggests that its value is a secret. */
export function soundsSecret(name: string): boolean {
  return secretName.test(name);
}

/** Lists the parts of a value that are secrets themselves: the key after `Bearer`, and the values of a cookie. */
export function partsOf(value: string): readonly string[] {
  const credentials = value.replace(scheme, '');
  return [credentials, ...credentials.split(/[\s;,=]+/u)];
}

/** Replaces spans, which are in order and do not overlap, by the mark. */
export function markSpans(text: string, spans: readonly Span[]): string {
  let end = 0;
  const marked = spans.map(({ from, to }) => {
    const before = text.slice(end, from);
    end = to;
    return before + mark;
  });
  return marked.join('') + text.slice(end);
}
