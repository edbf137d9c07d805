import { isObject } from '../../util/is-object.js';

/** Recorded exchanges, as plain data that can be stored as JSON. */
export interface Cassette {
  readonly version: 1;
  /** In the order of the requests. */
  readonly exchanges: readonly CassetteExchange[];
}

/** One HTTP exchange. All times are milliseconds since the request. */
export interface CassetteExchange {
  readonly request: CassetteRequest;
  /** `undefined` if no response was received. */
  readonly response?: CassetteResponse | undefined;
  readonly end: CassetteEnd;
}

/** A request, with its body as JSON, as text or as bytes. `[redacted]` in a string matches any text. */
export interface CassetteRequest {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

/** A response: its head, and its body in the pieces in which it was received. */
export interface CassetteResponse {
  readonly at: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly CassettePiece[];
}

/** A piece of a body: text, or base64 if the bytes are not valid UTF-8 on their own. */
export type CassettePiece =
  { readonly at: number; readonly text: string } | { readonly at: number; readonly base64: string };

/** How an exchange ended; `abort` if it was unsubscribed. */
export type CassetteEnd =
  | { readonly type: 'complete' | 'abort'; readonly at: number }
  | { readonly type: 'error'; readonly at: number; readonly error: CassetteFailure };

/** The fields of an error, named as in the error classes of this package. */
export interface CassetteFailure {
  readonly name: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly deadline?: string | undefined;
  readonly limit?: string | undefined;
  readonly maximum?: number | undefined;
}

/**
 * Checks that a value is a cassette, and returns it.
 *
 * @param name Names the value in errors: its file, if it has one.
 * @throws {TypeError} Naming the first invalid field, and what it must be.
 */
export function checkCassette(value: unknown, name: string): Cassette {
  const [problem] = cassette(value, '');
  if (problem !== undefined) {
    throw new TypeError(`${name} is not a cassette: ${problem}`);
  }
  return value as Cassette;
}

/** Says what is wrong with the value of a field, in the order of its fields. */
type Rule = (value: unknown, field: string) => Iterable<string>;

type Fields = Readonly<Record<string, unknown>>;

function must(isValid: (value: unknown) => boolean, expected: string): Rule {
  return (value, field) => (isValid(value) ? [] : [`${field || 'it'} must be ${expected}`]);
}

function optional(rule: Rule): Rule {
  return (value, field) => (value === undefined ? [] : rule(value, field));
}

function object(fields: (value: Fields) => Readonly<Record<string, Rule>>): Rule {
  return function* (value, field) {
    if (!isObject(value)) {
      yield `${field || 'it'} must be an object`;
      return;
    }
    for (const [key, rule] of Object.entries(fields(value))) {
      yield* rule(value[key], field === '' ? key : `${field}.${key}`);
    }
  };
}

function list(rule: Rule): Rule {
  return function* (value, field) {
    if (!Array.isArray(value)) {
      yield `${field} must be an array`;
      return;
    }
    for (const [index, item] of value.entries()) {
      yield* rule(item, `${field}[${index}]`);
    }
  };
}

const at = must((value) => Number.isFinite(value) && Number(value) >= 0, 'a number of milliseconds, 0 or more');
const text = must((value) => typeof value === 'string', 'a string');
const base64 = must(
  (value) => typeof value === 'string' && /^(?:[a-z\d+/]{4})*(?:[a-z\d+/]{2}==|[a-z\d+/]{3}=)?$/iu.test(value),
  'base64',
);

const texts = object((value) => Object.fromEntries(Object.keys(value).map((key) => [key, text])));

const headers: Rule = function* (value, field) {
  yield* texts(value, field);
  yield* must(areHeaders, 'valid HTTP headers')(value, field);
};

const request = object(() => ({
  operation: text,
  method: text,
  url: text,
  headers: optional(headers),
  text: optional(text),
  base64: optional(base64),
}));

const noContent = must(() => false, '{ at, text } or { at, base64 }');

const piece: Rule = (value, field) =>
  isObject(value) && ('text' in value || 'base64' in value)
    ? object(() => ('text' in value ? { at, text } : { at, base64 }))(value, field)
    : noContent(value, field);

const status: Rule = function* (value, field) {
  yield* must(Number.isInteger, 'a whole number')(value, field);
  yield* must((number) => Number(number) >= 200, '200 or more')(value, field);
  yield* must((number) => Number(number) <= 999, '999 or less')(value, field);
};

const response = object(() => ({ at, status, headers, body: list(piece) }));

const failure = object(() => ({
  name: text,
  message: text,
  kind: optional(text),
  retryable: optional(must((value) => typeof value === 'boolean', 'true or false')),
  retryAfter: optional(at),
  requestId: optional(text),
  code: optional(text),
  type: optional(text),
  deadline: optional(text),
  limit: optional(text),
  maximum: optional(must(Number.isFinite, 'a number')),
}));

const ends: readonly unknown[] = ['complete', 'abort', 'error'];

const end = object(({ type }) => ({
  type: must((value) => ends.includes(value), "'complete', 'abort' or 'error'"),
  at,
  ...(type === 'error' && { error: failure }),
}));

const exchange = object(() => ({ request, response: optional(response), end }));

const cassette = object(() => ({
  version: must((value) => value === 1, '1, the only version this package supports'),
  exchanges: list(exchange),
}));

function areHeaders(fields: unknown): boolean {
  try {
    return Boolean(new Headers(fields as Record<string, string>));
  } catch {
    return false;
  }
}
