import { findCutSecret, findSecrets, type Span } from './find-secrets.js';
import { type Needle, needlesOf } from './needles.js';
import type { TransportRequest } from './transport.js';

/** Takes the secrets of the requests it has seen out of text that a server sent. */
export interface Redactor {
  /** Remembers what is secret in a request as it goes out. */
  readonly learn: (request: TransportRequest) => void;
  readonly redact: (text: string) => string;
  /** Where each secret known so far stands in a text, however it is spelled. */
  readonly find: (text: string) => readonly Span[];
}

const secretName = /auth|key|token|secret|cookie|password/iu;
const scheme = /^(?:bearer|basic|token|apikey)$/iu;
/** Shorter values would black out half of every text. */
const shortestSecret = 4;
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
  let known: readonly Needle[] = [];
  /** Made when they are needed: most requests end well. */
  const needles = (): readonly Needle[] => {
    known = [...known, ...[...secrets].flatMap(needlesOf)];
    secrets.clear();
    return known;
  };
  const find = (text: string): readonly Span[] => (needles().length === 0 ? [] : findSecrets(text, needles()));
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
      const redacted = withMarks(text, find(text));
      // A text that was cut may end in half a secret.
      const cut = findCutSecret(redacted, needles());
      return cut === undefined ? redacted : redacted.slice(0, cut) + mark;
    },
    find,
  };
}

function withMarks(text: string, spans: readonly Span[]): string {
  let end = 0;
  const kept = spans.map(({ from, to }) => {
    const between = text.slice(end, from);
    end = to;
    return between + mark;
  });
  return kept.join('') + text.slice(end);
}
