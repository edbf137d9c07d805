import {
  createRedactor,
  mark,
  markSpans,
  partsOf,
  secretsIn,
  soundsSecret,
  type SecretSource,
} from '../../secrets/redactor.js';
import type { Span } from '../../secrets/find-secrets.js';
import { isObject } from '../../util/is-object.js';
import { parseUrl } from '../../util/parse-url.js';
import { fromBinary, toBinary } from './pieces.js';
import { readDeltas } from './read-deltas.js';

/** Removes keys, cookies and the ids of organizations from what is recorded. */
export interface Secrets {
  /** Adds the secrets of a request and of its JSON body, so that an answer that repeats them is redacted. */
  readonly learn: (request: SecretSource, json?: unknown) => void;
  readonly removeFromText: (text: string) => string;
  /** Also removes texts in fields whose names suggest a secret. */
  readonly removeFromJson: (value: unknown) => unknown;
  /** Also removes a secret that is spread over several pieces or events. Keeps the number of pieces and events. */
  readonly removeFromPieces: (pieces: readonly Uint8Array[]) => readonly Uint8Array[];
}

/** Fields of a body. Unlike headers, they may contain such a word and be harmless, as `max_tokens` is. */
const secretField =
  /^(?:\w*[-_])?(?:authorization|api[-_]?key|access[-_]?key|(?:access|auth|refresh|bearer)[-_]?token|client[-_]?secret|secret|password|cookie)$/iu;
/** Shorter texts in such fields, such as a type in a JSON schema, are ordinary words elsewhere. */
const minFieldLength = 8;
/** Ids of OpenAI's organizations and projects, and keys of well-known providers, some already masked by a server. */
const shapes = [
  'org-[a-z0-9]{16,}',
  'proj_[a-z0-9]{16,}',
  '(?:sk|rk|pk)-(?=[\\w*-]*[\\d*])[\\w*-]{16,}',
  '(?:gsk_|hf_|r8_|xai-|pplx-)[a-z0-9]{16,}',
  'aiza[\\w-]{30,}',
  'bearer\\s+[\\w.~+/-]{16,}=*',
];
/** At the start of a word, including after a line break in JSON. */
const shape = new RegExp(`(?:(?<![a-z0-9])|(?<=\\\\[nrt]))(?:${shapes.join('|')})`, 'giu');

/** @param values Secrets that are known from the start. */
export function createSecrets(values: readonly string[]): Secrets {
  const { addSecret, find: findKnown } = createRedactor();
  const add = (secrets: readonly string[]): void => {
    for (const secret of secrets.flatMap((value) => [value, ...partsOf(value)])) {
      addSecret(secret);
      // Bodies are searched as bytes.
      addSecret(toBinary(new TextEncoder().encode(secret)));
    }
  };
  add(values);

  const find: Find = (text) => {
    const shaped = [...text.matchAll(shape)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }));
    return joinOverlaps([...findKnown(text), ...shaped].map((span) => ({ ...span, text: mark })));
  };
  const removeFromText = (text: string): string => markSpans(text, find(text));
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
    learn: (request, json) => {
      add([...secretsIn(request, isSecretName), ...fieldsIn(json).filter(({ length }) => length >= minFieldLength)]);
    },
    removeFromText,
    removeFromJson,
    removeFromPieces: (pieces) => {
      const replacements = replacementsIn(pieces.map(toBinary).join(''), find);
      return replacements.length === 0 ? pieces : replaceIn(pieces, replacements);
    },
  };
}

/** Removes the secret query parameters, user name and password of a URL. */
export function urlWithoutSecrets(address: string): string {
  const url = parseUrl(address);
  if (url === undefined) {
    return address;
  }
  [...url.searchParams.keys()].filter(isSecretName).forEach((name) => {
    url.searchParams.delete(name);
  });
  url.username = '';
  url.password = '';
  return url.href;
}

/** Whose account it is must not be recorded either. */
function isSecretName(name: string): boolean {
  return soundsSecret(name) || /organi[sz]ation|project|^org$/iu.test(name);
}

function isSecret(name: string, value: unknown): value is string {
  return typeof value === 'string' && secretField.test(name);
}

function fieldsIn(json: unknown): readonly string[] {
  return typeof json === 'object' && json !== null
    ? Object.entries(json).flatMap(([name, item]: [string, unknown]) =>
        isSecret(name, item) ? [item] : fieldsIn(item),
      )
    : [];
}

/** A part of a text or body, and the text to put there. */
interface Replacement extends Span {
  readonly text: string;
}

/** Finds secrets in a text; the replacements are in order and do not overlap. */
type Find = (text: string) => readonly Replacement[];

/**
 * Finds what to replace in a body: secrets as they are, and secrets that the texts of several events spell together, as when
 * a model writes a key token by token. If there is one, also replaces the log probabilities, which repeat the text in
 * letters and bytes.
 *
 * @param binary The body, one character per byte.
 */
function replacementsIn(binary: string, find: Find): readonly Replacement[] {
  const { texts, logprobs } = readDeltas(binary);
  const spread = [...texts.values()].flatMap((parts) => spreadIn(binary, parts, find));
  const found = [...find(binary), ...spread];
  return joinOverlaps(found.length === 0 ? found : [...found, ...logprobs.map((span) => ({ ...span, text: 'null' }))]);
}

/** Finds secrets in the joined parts of one text. The mark goes into the part in which a secret begins. */
function spreadIn(binary: string, parts: readonly Span[], find: Find): readonly Replacement[] {
  const characters: Span[] = [];
  let joined = '';
  for (const { from, to } of parts) {
    const raw = binary.slice(from, to);
    joined += JSON.parse(`"${raw}"`) as string;
    // Each match is one character of the text.
    for (const { index, 0: spelled } of raw.matchAll(/\\u[\da-f]{4}|\\?[^]/giu)) {
      characters.push({ from: from + index, to: from + index + spelled.length });
    }
  }
  return find(joined).flatMap(({ from, to }) => {
    const replacements: Replacement[] = [];
    for (const character of characters.slice(from, to)) {
      const last = replacements.at(-1);
      if (last?.to === character.from) {
        replacements[replacements.length - 1] = { ...last, to: character.to };
      } else {
        replacements.push({ ...character, text: last === undefined ? mark : '' });
      }
    }
    return replacements;
  });
}

/** Sorts replacements and joins those that overlap. */
function joinOverlaps(replacements: readonly Replacement[]): readonly Replacement[] {
  const joined: Replacement[] = [];
  for (const next of [...replacements].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = joined.at(-1);
    if (last === undefined || next.from >= last.to) {
      joined.push(next);
    } else {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, next.to), text: last.text || next.text };
    }
  }
  return joined;
}

/** Replaces spans of a body that comes in pieces; the text goes into the piece in which its span begins. */
function replaceIn(pieces: readonly Uint8Array[], replacements: readonly Replacement[]): readonly Uint8Array[] {
  let start = 0;
  let next = 0;
  return pieces.map((piece) => {
    const end = start + piece.length;
    const binary = toBinary(piece);
    let kept = '';
    let position = start;
    for (let found = replacements[next]; found !== undefined && found.from < end; found = replacements[next]) {
      const { from, to, text } = found;
      kept += binary.slice(position - start, Math.max(0, from - start)) + (from >= start ? text : '');
      position = Math.min(to, end);
      if (to > end) {
        break;
      }
      next += 1;
    }
    kept += binary.slice(position - start);
    start = end;
    return fromBinary(kept);
  });
}
