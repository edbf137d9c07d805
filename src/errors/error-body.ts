import type { Redact } from '../secrets/redactor.js';
import { isObject } from '../util/is-object.js';
import { parseJson } from '../util/parse-json.js';
import { isAboutMoney } from './classify.js';
import { parseReset } from './rate-limits.js';

/** The fields of an error object, whatever its shape; redacted, and cut to a readable length. */
interface ErrorDetails {
  readonly message: string | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  /** The HTTP status in the object itself. */
  readonly status: number | undefined;
  /** Milliseconds that the object asks to wait. */
  readonly retryAfter: number | undefined;
  /** Whether the account is out of money, or its quota per day used up: no retry would wait that long. */
  readonly isUsedUp: boolean;
}

/** A longer text is cut. */
const maxLength = 500;
/** How much of a text is searched for secrets before it is cut. */
const maxSearched = 64 * 1024;

/**
 * Reads the body of an error response: JSON in any of the known shapes, else plain text. A web page has no details.
 *
 * @param now Milliseconds since the epoch, to convert a time until which to wait.
 */
export function readErrorBody(body: string, redact: Redact, now: number): ErrorDetails {
  const text = body.trim();
  return readErrorObject(parseJson(body) ?? (text.startsWith('<') ? undefined : text), redact, now);
}

/**
 * Reads a parsed error in any of the known shapes: nested, flat, a string, or an array of one. Each text is redacted after
 * JSON is parsed, and before it is cut, which could leave half of a secret.
 */
export function readErrorObject(value: unknown, redact: Redact, now: number): ErrorDetails {
  const body = firstOf(value) ?? value;
  const error = fieldOf(body, 'error');
  const details = fieldOf(error, 'details');
  const shown = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : cut(redact(text.slice(0, maxSearched)));
  const pick = (key: string): string | undefined => wordOf(fieldOf(error, key)) ?? wordOf(fieldOf(body, key));

  const message = shown(messageOf(body, error));
  const type = shown(pick('type') ?? wordOf(fieldOf(body, 'error_type')) ?? wordOf(fieldOf(error, 'status')));
  const code = shown(pick('code') ?? wordOf(fieldOf(fieldOf(body, 'base_resp'), 'status_code')));
  return {
    message,
    code: code ?? type,
    type,
    param: shown(pick('param')),
    status:
      statusOf(fieldOf(error, 'status_code')) ??
      statusOf(fieldOf(error, 'status')) ??
      statusOf(fieldOf(body, 'status')) ??
      statusOf(fieldOf(body, 'status_code')),
    retryAfter:
      retryDelayOf(details) ??
      resetOf(fieldOf(error, 'metadata'), now) ??
      renewalOf(error, now) ??
      pauseIn(message ?? '', now),
    isUsedUp: isAboutMoney(message) || quotaIdsOf(details).some((id) => id.includes('PerDay')),
  };
}

function messageOf(body: unknown, error: unknown): string | undefined {
  const message = fieldOf(body, 'message');
  const detail = fieldOf(body, 'detail');
  const first = firstOf(fieldOf(body, 'errors'));
  return (
    withProviderMessage(textOf(fieldOf(error, 'message')) ?? textOf(error), fieldOf(error, 'metadata')) ??
    textOf(message) ??
    (typeof message === 'object' && message !== null ? JSON.stringify(message) : undefined) ??
    textOf(detail) ??
    validationMessages(detail) ??
    textOf(fieldOf(first, 'message')) ??
    textOf(fieldOf(first, 'detail')) ??
    textOf(fieldOf(fieldOf(body, 'base_resp'), 'status_msg')) ??
    textOf(body)
  );
}

/** OpenRouter's `metadata: { raw }` holds the message of the provider that it asked. */
function withProviderMessage(message: string | undefined, metadata: unknown): string | undefined {
  const raw = textOf(fieldOf(metadata, 'raw'));
  return message !== undefined && raw !== undefined ? `${message}: ${raw}` : message;
}

/** FastAPI's `detail: [{ loc, msg, type }]`. */
function validationMessages(detail: unknown): string | undefined {
  const messages = listOf(detail).flatMap((item) => textOf(fieldOf(item, 'msg')) ?? []);
  return messages.length > 0 ? messages.join('; ') : undefined;
}

/** Google's `details: [{ retryDelay: '34.4s' }]`. */
function retryDelayOf(details: unknown): number | undefined {
  const delays = listOf(details).flatMap((item) => textOf(fieldOf(item, 'retryDelay')) ?? []);
  const seconds = delays.map((delay) => (delay.endsWith('s') ? Number(delay.slice(0, -1)) : NaN));
  return seconds.filter((delay) => delay >= 0 && Number.isFinite(delay)).map((delay) => delay * 1e3)[0];
}

/** OpenRouter's `metadata: { headers: { 'X-RateLimit-Reset': '1764331200000' } }`, which stands for a `retry-after`. */
function resetOf(metadata: unknown, now: number): number | undefined {
  const headers = fieldOf(metadata, 'headers');
  const fields = isObject(headers) ? Object.entries(headers) : [];
  const [, reset] = fields.find(([name]) => name.toLowerCase() === 'x-ratelimit-reset') ?? [];
  return parseReset(wordOf(reset) ?? null, now);
}

/** The Codex backend's `resets_in_seconds` and `resets_at`, when a used-up plan is renewed. */
function renewalOf(error: unknown, now: number): number | undefined {
  const resets = ['resets_in_seconds', 'resets_at'].map((key) => parseReset(wordOf(fieldOf(error, key)) ?? null, now));
  return resets.find((reset) => reset !== undefined);
}

/** A pause in words: "try again in 7m12.5s" of OpenAI and Groq, "retry after 3 seconds" of Azure. */
const pauseInWords =
  /\b(?:try again|retry) (?:in|after) (?:(\d[\d.hms]*[hms])\b|(\d+) ([smhd])(?:econd|inute|our|ay))/iu;

/** Returns the pause that a message asks for; inside a stream, and through many gateways, no header tells it. */
function pauseIn(message: string, now: number): number | undefined {
  const [, duration, count = '', unit = ''] = pauseInWords.exec(message) ?? [];
  return parseReset(duration ?? count + unit, now);
}

/** Google's `details: [{ violations: [{ quotaId }] }]`. */
function quotaIdsOf(details: unknown): readonly string[] {
  return listOf(details)
    .flatMap((item) => listOf(fieldOf(item, 'violations')))
    .flatMap((violation) => textOf(fieldOf(violation, 'quotaId')) ?? []);
}

function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function firstOf(value: unknown): unknown {
  return listOf(value)[0];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Codes come as strings and as numbers. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}

function statusOf(value: unknown): number | undefined {
  const status = Number(value);
  return status >= 400 && status < 600 ? status : undefined;
}

function cut(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
