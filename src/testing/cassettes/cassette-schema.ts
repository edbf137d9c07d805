import * as z from 'zod/mini';
import type {
  Cassette,
  CassetteEnd,
  CassetteFailure,
  CassettePiece,
  CassetteRequest,
  CassetteResponse,
} from '../cassette.js';

const at = z.number('must be a number of milliseconds').check(z.gte(0, 'must be a number of milliseconds, 0 or more'));
const text = z.string('must be a text');
const base64 = z.base64('must be base64');
const headers = z
  .record(text, text, 'must be an object of texts')
  .check(z.refine(areHeaders, 'must be headers that can be sent'));

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

const error: z.ZodMiniType<CassetteFailure> = z.object(
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
  [z.object({ type: z.enum(['complete', 'abort']), at }), z.object({ type: z.literal('error'), at, error })],
  "must be 'complete', 'abort' or 'error'",
);

/** Schema of {@link Cassette}; its messages follow the name of a field. */
export const cassetteSchema: z.ZodMiniType<Cassette> = z.object(
  {
    version: z.literal(1, 'must be 1, the only version this package knows'),
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
