import { createRedactor } from '../../transport/redactor.js';
import type { TransportRequest } from '../../transport/transport.js';
import { findSecrets, mark } from './find-secrets.js';
import { toBinary } from './pieces.js';
import { joinSpans, replaceSpans, type Span } from './spans.js';

/** Takes keys, cookies and the ids of organisations out of what is recorded. */
export interface Secrets {
  /** Remembers what is secret in a request and its body, so that an answer that repeats it does not tell. */
  readonly learn: (request: TransportRequest, json?: unknown) => void;
  readonly removeFromText: (text: string) => string;
  /** Also removes texts whose field is named like a secret. */
  readonly removeFromJson: (value: unknown) => unknown;
  /**
   * Also removes a secret that is cut into several pieces, or told by several events. There are as many pieces and events
   * as before.
   */
  readonly removeFromPieces: (pieces: readonly Uint8Array[]) => readonly Uint8Array[];
}

const secretName =
  /auth|key|token|secret|cookie|password|credential|signature|organi[sz]ation|project|^(?:sig|org|code)$/iu;
/** Fields of a body: not those, such as `max_tokens`, in which such a word is only a part. */
const secretField =
  /^(?:\w*[-_])?(?:authorization|api[-_]?key|access[-_]?key|(?:access|auth|refresh|bearer)[-_]?token|client[-_]?secret|secret|password|cookie)$/iu;
/** Ids of OpenAI's organisations and projects, and keys as providers make them, some already masked by a server. */
const shapes = [
  'org-[a-z0-9]{16,}',
  'proj_[a-z0-9]{16,}',
  '(?:sk|rk|pk)-(?=[\\w*-]*[\\d*])[\\w*-]{16,}',
  '(?:gsk_|hf_|r8_|xai-|pplx-)[a-z0-9]{16,}',
  'aiza[\\w-]{30,}',
  'bearer\\s+[\\w.~+/-]{16,}=*',
];
/** Not inside a word, but behind a line break as JSON spells it. */
const shape = new RegExp(`(?:(?<![a-z0-9])|(?<=\\\\[nrt]))(?:${shapes.join('|')})`, 'giu');
/** Shorter texts in a field, such as a type in a schema, are ordinary words elsewhere. */
const shortestInField = 8;

/** Whether the name of a header or of a query parameter says that its value is nobody's business. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** @param values Secrets that are known from the start. */
export function createSecrets(values: readonly string[]): Secrets {
  const redactor = createRedactor();
  const add = (secrets: readonly string[], url = ''): void => {
    // Each in the form it has in a string of bytes, too.
    const forms = secrets.flatMap((secret) => [secret, toBinary(new TextEncoder().encode(secret))]);
    redactor.learn({
      ...nothing,
      headers: Object.fromEntries(forms.map((form, index) => [`secret-${index}`, form])),
      url,
    });
  };
  add(values);

  const find = (text: string): readonly Span[] => {
    const shaped = [...text.matchAll(shape)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }));
    return joinSpans([...redactor.find(text), ...shaped].map((found) => ({ ...found, replacement: mark })));
  };
  const removeFromText = (text: string): string => {
    let end = 0;
    const kept = find(text).map(({ from, to }) => {
      const between = text.slice(end, from);
      end = to;
      return between + mark;
    });
    return kept.join('') + text.slice(end);
  };
  const removeFromJson = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return removeFromText(value);
    }
    if (Array.isArray(value)) {
      return value.map(removeFromJson);
    }
    return isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, item]) => [name, isSecret(name, item) ? mark : removeFromJson(item)]),
        )
      : value;
  };
  return {
    learn: ({ headers, url }, json) => {
      const named = [...Object.entries(headers), ...queryOf(url)].filter(([name]) => isSecretName(name));
      add(
        [...named.map(([, value]) => value), ...secretsIn(json).filter(({ length }) => length >= shortestInField)],
        url,
      );
    },
    removeFromText,
    removeFromJson,
    removeFromPieces: (pieces) => {
      const spans = findSecrets(pieces.map(toBinary).join(''), find);
      return spans.length === 0 ? pieces : replaceSpans(pieces, spans);
    },
  };
}

const nothing: TransportRequest = { operation: '', method: '', url: '', headers: {}, redirects: 'refuse', context: {} };

function isSecret(name: string, value: unknown): value is string {
  return typeof value === 'string' && secretField.test(name);
}

function secretsIn(json: unknown): readonly string[] {
  return isObject(json)
    ? Object.entries(json).flatMap(([name, item]) => (isSecret(name, item) ? [item] : secretsIn(item)))
    : [];
}

function queryOf(url: string): readonly (readonly [string, string])[] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
