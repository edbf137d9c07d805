import { parseJson } from '../util/parse-json.js';

/** What could be read out of an error object, whatever its shape. */
export interface ErrorDetails {
  /** The server's message, cut to a readable length; `undefined` when there is none. */
  readonly message: string | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  /** An HTTP status named in the object itself. */
  readonly status: number | undefined;
  /** Milliseconds to wait, from a body's `retryDelay`. */
  readonly retryDelay: number | undefined;
  /** The quota that is used up is a daily one, which no waiting of ours heals. */
  readonly perDay: boolean;
}

const maxMessage = 500;
/** How much of a server's text is searched for secrets before it is cut to be read. */
const maxSearched = 64 * 1024;

/** Takes secrets out of text that a server sent. */
export type Redact = (text: string) => string;

/** Reads the text of an HTTP error body: JSON in any of the known shapes, else plain text; markup is left out. */
export function describeErrorBody(text: string, redact: Redact): ErrorDetails {
  return describeError(parseJson(text) ?? plain(text), redact);
}

/** Not JSON, whatever its content type says: a plain sentence, or a proxy's page. */
function plain(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('<') ? undefined : trimmed;
}

/**
 * Reads a parsed error in any of the known shapes: nested, flat, a string, or in an array of one. Each string is redacted
 * as it is read: before that JSON may spell a secret in many ways, and a cut may leave half of one.
 */
export function describeError(value: unknown, redact: Redact): ErrorDetails {
  const body = Array.isArray(value) ? (value as unknown[])[0] : value;
  const error = field(body, 'error');
  const first = firstOf(field(body, 'errors'));
  const base = field(body, 'base_resp');
  const safe = (read: string | undefined): string | undefined =>
    read === undefined ? undefined : cut(redact(read.slice(0, maxSearched)));
  const pick = (key: string): string | undefined => safe(word(field(error, key)) ?? word(field(body, key)));
  const type = pick('type') ?? safe(word(field(body, 'error_type')) ?? word(field(error, 'status')));
  return {
    message: safe(
      joined(text(field(error, 'message')) ?? text(error), text(field(field(error, 'metadata'), 'raw'))) ??
        text(field(body, 'message')) ??
        sentence(field(body, 'message')) ??
        text(field(body, 'detail')) ??
        details(field(body, 'detail')) ??
        text(field(first, 'message')) ??
        text(field(first, 'detail')) ??
        text(field(base, 'status_msg')) ??
        text(body),
    ),
    code: pick('code') ?? safe(word(field(base, 'status_code'))) ?? type,
    type,
    param: pick('param'),
    status: status(field(error, 'status_code')) ?? status(field(error, 'status')) ?? status(field(body, 'status')),
    retryDelay: retryDelay(field(error, 'details')),
    perDay: quotaIds(field(error, 'details')).some((id) => id.includes('PerDay')),
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Codes come as strings and as numbers. */
function word(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : text(value);
}

function status(value: unknown): number | undefined {
  const number = Number(value);
  return number >= 400 && number < 600 ? number : undefined;
}

function sentence(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}

function joined(message: string | undefined, raw: string | undefined): string | undefined {
  return message !== undefined && raw !== undefined ? `${message}: ${raw}` : message;
}

/** FastAPI's `detail: [{ loc, msg, type }]`. */
function details(value: unknown): string | undefined {
  const messages = list(value).flatMap((item) => text(field(item, 'msg')) ?? []);
  return messages.length > 0 ? messages.join('; ') : undefined;
}

/** Google's `details: [{ retryDelay: '34.4s' }]`. */
function retryDelay(value: unknown): number | undefined {
  const delays = list(value).flatMap((item) => text(field(item, 'retryDelay')) ?? []);
  const seconds = delays.map((delay) => (delay.endsWith('s') ? Number(delay.slice(0, -1)) : NaN));
  return seconds.filter((delay) => delay >= 0 && Number.isFinite(delay)).map((delay) => delay * 1e3)[0];
}

/** Google's `details: [{ violations: [{ quotaId }] }]`. */
function quotaIds(value: unknown): readonly string[] {
  return list(value).flatMap((item) =>
    list(field(item, 'violations')).flatMap((violation) => text(field(violation, 'quotaId')) ?? []),
  );
}

function cut(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message;
}
