import { isLlmError, type ErrorKind, type LlmError } from '../../errors/llm-error.js';
import { type ToldError, toToldError } from '../error-event.js';

/** Why a request is refused, as the caller is told. Thrown by the checks of a relay. */
export class Refusal extends Error {
  readonly status: number;
  readonly told: Partial<ToldError>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    told: Omit<Partial<ToldError>, 'message'> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.told = told;
    this.headers = headers;
  }
}

/**
 * Answers with an error in the shape of OpenAI's API, or with the `Response` that was thrown.
 */
export function refuse(error: unknown): Response {
  if (isWebResponse(error)) {
    return error;
  }
  const { status, headers, ...told } = toRefused(error);
  const { message, kind, code = null, param = null } = told;
  return Response.json({ error: { message, type: kind, code, param } }, { status, headers });
}

/** Whether a value is a `Response`, of whichever class: @hono/node-server replaces the global one. */
export function isWebResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]';
}

function toRefused(error: unknown): ToldError & Pick<Refusal, 'status' | 'headers'> {
  if (error instanceof Refusal) {
    const { status, message, told, headers } = error;
    return { kind: status < 500 ? 'invalid_request' : 'server', ...told, status, message, headers };
  }
  const told = toToldError(error);
  if (!isLlmError(error)) {
    return { ...told, status: 500, headers: {} };
  }
  const status = statusOf(error);
  const headers = headersOf(error);
  return status === 502 ? { ...told, code: 'upstream_unavailable', status, headers } : { ...told, status, headers };
}

/** Kinds that are about the account of the relay, or about a server that does not speak the API. */
const unavailable: readonly ErrorKind[] = ['authentication', 'permission', 'quota', 'connection', 'protocol', 'parse'];

/** The statuses of errors that came without one: in a stream, or from this package. */
const statuses: Partial<Readonly<Record<ErrorKind, number>>> = {
  invalid_request: 400,
  not_found: 404,
  rate_limit: 429,
  overloaded: 503,
  timeout: 504,
};

function statusOf({ kind, status }: LlmError & { readonly status?: number }): number {
  if (unavailable.includes(kind)) {
    return 502;
  }
  if (status === undefined || status === 408) {
    return statuses[kind] ?? 502;
  }
  return [400, 404, 413, 422, 429].includes(status) || (status >= 500 && status <= 599) ? status : 502;
}

/** The headers that pass, where they are what they should be. */
const passing: readonly (readonly [string, RegExp])[] = [
  ['retry-after', /^(?:\d{1,10}(?:\.\d{1,9})?|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/u],
  ['retry-after-ms', /^\d{1,10}(?:\.\d{1,9})?$/u],
  ['x-request-id', /^[\x21-\x7e]{1,128}$/u],
];

function headersOf(error: LlmError & { readonly headers?: Readonly<Record<string, string>> }): Record<string, string> {
  const { headers = {}, retryAfter, requestId } = error;
  const isPauseTold = 'retry-after' in headers || 'retry-after-ms' in headers;
  const known: Readonly<Record<string, string | undefined>> = {
    ...headers,
    // The pause may stand in the body, or be one of `limitRate`.
    ...(!isPauseTold && retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
    'x-request-id': requestId,
  };
  return Object.fromEntries(
    passing.flatMap(([name, form]) => {
      const value = known[name];
      return value !== undefined && form.test(value) ? [[name, value]] : [];
    }),
  );
}
