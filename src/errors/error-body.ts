import type { Redact } from '../secrets/redactor.js';
import { fieldOf } from '../util/field-of.js';
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
  const details = listOf(fieldOf(error, 'details'));
  const shown = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : cut(redact(text.slice(0, maxSearched)));
  const pick = (key: string): string | undefined => wordOf(fieldOf(error, key)) ?? wordOf(fieldOf(body, key));

  const message = shown(messageOf(body, error));
  const type = shown(pick('type') ?? wordOf(fieldOf(body, 'error_type')) ?? wordOf(fieldOf(error, 'status')));
  return {
    message,
    code: shown(pick('code') ?? wordOf(fieldOf(body, 'base_resp', 'status_code'))) ?? type,
    type,
    param: shown(pick('param')),
    status: [
      fieldOf(error, 'status_code'),
      fieldOf(error, 'status'),
      fieldOf(body, 'status'),
      fieldOf(body, 'status_code'),
    ]
      .map((status) => Number(wordOf(status)))
      .find(isErrorStatus),
    retryAfter: pauses(error, details, message ?? '')
      .map((pause) => parseReset(wordOf(pause) ?? null, now))
      .find((pause) => pause !== undefined),
    isUsedUp: isAboutMoney(message) || quotaIds(details).some((id) => wordOf(id)?.includes('PerDay')),
  };
}

function messageOf(body: unknown, error: unknown): string | undefined {
  const message = textOf(fieldOf(error, 'message')) ?? textOf(error);
  // OpenRouter adds the message of the provider that it asked.
  const raw = textOf(fieldOf(error, 'metadata', 'raw'));
  if (message !== undefined) {
    return raw === undefined ? message : `${message}: ${raw}`;
  }
  const own = fieldOf(body, 'message');
  const detail = fieldOf(body, 'detail');
  const first = firstOf(fieldOf(body, 'errors'));
  return [
    typeof own === 'object' && own !== null ? JSON.stringify(own) : own,
    detail,
    // FastAPI's `detail: [{ loc, msg, type }]`.
    listOf(detail)
      .map((item) => textOf(fieldOf(item, 'msg')))
      .filter(Boolean)
      .join('; '),
    fieldOf(first, 'message'),
    fieldOf(first, 'detail'),
    fieldOf(body, 'base_resp', 'status_msg'),
    body,
  ]
    .map(textOf)
    .find(Boolean);
}

/** Lists where an error may tell how long to wait, in the forms of headers. */
function pauses(error: unknown, details: readonly unknown[], message: string): readonly unknown[] {
  const headers = fieldOf(error, 'metadata', 'headers');
  const [, duration, count = '', unit = ''] = pauseInWords.exec(message) ?? [];
  return [
    // Google's `details: [{ retryDelay: '34.4s' }]`.
    ...details.map((item) => fieldOf(item, 'retryDelay')),
    // OpenRouter's `metadata: { headers: { 'X-RateLimit-Reset': '1764331200000' } }`.
    ...Object.entries(isObject(headers) ? headers : {}).map(
      ([name, reset]) => /^x-ratelimit-reset$/iu.test(name) && reset,
    ),
    // The Codex backend's, when a used-up plan is renewed.
    fieldOf(error, 'resets_in_seconds'),
    fieldOf(error, 'resets_at'),
    duration ?? count + unit,
  ];
}

/** A pause in words: "try again in 7m12.5s" of OpenAI and Groq, "retry after 3 seconds" of Azure. */
const pauseInWords =
  /\b(?:try again|retry) (?:in|after) (?:(\d[\d.hms]*[hms])\b|(\d+) ([smhd])(?:econd|inute|our|ay))/iu;

/** Lists Google's `details: [{ violations: [{ quotaId }] }]`. */
function quotaIds(details: readonly unknown[]): readonly unknown[] {
  return details.flatMap((item) => listOf(fieldOf(item, 'violations'))).map((item) => fieldOf(item, 'quotaId'));
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

function isErrorStatus(status: number): boolean {
  return status >= 400 && status < 600;
}

function cut(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
