import * as z from 'zod/mini';

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
  const { success, data, error } = schema.safeParse(value);
  if (success) {
    return data;
  }
  const [issue] = error.issues;
  const field = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./u, '');
  throw new TypeError(`${name} is not a cassette: ${field || 'it'} ${issue?.message ?? 'is invalid'}`);
}

// The messages follow the name of a field.
const at = z.number('must be a number of milliseconds').check(z.gte(0, 'must be a number of milliseconds, 0 or more'));
const text = z.string('must be a string');
const base64 = z.base64('must be base64');
const headers = z
  .record(text, text, 'must be an object of strings')
  .check(z.refine(areHeaders, 'must be valid HTTP headers'));

const request: z.ZodMiniType<CassetteRequest> = z.object(
  {
    operation: text,
    method: text,
    url: text,
    headers: z.optional(headers),
    json: z.optional(z.unknown()),
    text: z.optional(text),
    base64: z.optional(base64),
  },
  'must be an object',
);

const piece: z.ZodMiniType<CassettePiece> = z.union(
  [z.object({ at, text }), z.object({ at, base64 })],
  'must be { at, text } or { at, base64 }',
);

const response: z.ZodMiniType<CassetteResponse> = z.object(
  {
    at,
    status: z.int('must be a whole number').check(z.gte(200, 'must be 200 or more'), z.lte(999, 'must be 999 or less')),
    headers,
    body: z.array(piece, 'must be an array'),
  },
  'must be an object',
);

const failure: z.ZodMiniType<CassetteFailure> = z.object(
  {
    name: text,
    message: text,
    kind: z.optional(text),
    retryable: z.optional(z.boolean('must be true or false')),
    retryAfter: z.optional(at),
    requestId: z.optional(text),
    code: z.optional(text),
    type: z.optional(text),
    deadline: z.optional(text),
    limit: z.optional(text),
    maximum: z.optional(z.number('must be a number')),
  },
  'must be an object',
);

const end: z.ZodMiniType<CassetteEnd> = z.discriminatedUnion(
  'type',
  [z.object({ type: z.enum(['complete', 'abort']), at }), z.object({ type: z.literal('error'), at, error: failure })],
  "must be 'complete', 'abort' or 'error'",
);

const schema: z.ZodMiniType<Cassette> = z.object(
  {
    version: z.literal(1, 'must be 1, the only version this package supports'),
    exchanges: z.array(
      z.object({ request, response: z.optional(response), end }, 'must be an object'),
      'must be an array',
    ),
  },
  'must be an object',
);

function areHeaders(fields: Readonly<Record<string, string>>): boolean {
  try {
    return Boolean(new Headers(fields));
  } catch {
    return false;
  }
}
