import { isLlmError, type ErrorKind } from '../errors/llm-error.js';
import type { FormattableEvent } from '../sse/format-event.js';
import { tellOperator } from './tell-operator.js';

/** The two kinds of streams: chunks, which end with `[DONE]`, and the events of a response. */
export type StreamForm = 'chat' | 'responses';

/** What a caller is told about an error. */
export interface ToldError {
  readonly message: string;
  readonly kind: ErrorKind;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
}

/**
 * Returns what a caller is told about an error. The model's server may write about the account, which is not the caller's,
 * so its words are passed on only where it refuses the request itself; anything else is told in our words. Of an error that
 * is not an `LlmError` nothing is told.
 *
 * An error that only the operator can do something about, and of which the caller does not learn what it is, is told to the
 * operator.
 */
export function toToldError(error: unknown): ToldError {
  if (!isLlmError(error)) {
    tellOperator(error);
    return { kind: 'server', message: 'The server failed' };
  }
  const { message, kind } = error;
  const { status, code, param } = error as { status?: number; code?: string; param?: string };
  if (ownKinds.includes(kind) || (requestKinds.includes(kind) && requestStatuses.includes(status))) {
    return { kind, message: message.startsWith(`${status} `) ? message.slice(4) : message, code, param };
  }
  const words = told[kind] ?? { kind, message: "The model's server failed" };
  if (words.code === unavailable.code) {
    tellOperator(error);
  }
  return words;
}

/** Formats an error as the event that ends a stream. */
export function toErrorEvent({ message, kind, code, param }: ToldError, form: StreamForm): FormattableEvent {
  const [known, field] = [code ?? null, param ?? null];
  return form === 'chat'
    ? { data: JSON.stringify({ error: { message, type: kind, code: known, param: field } }) }
    : { event: 'error', data: JSON.stringify({ type: 'error', code: known, message, param: field, kind }) };
}

/** Replaces the words of the error in a response that failed, or in its event, as those of other errors are. */
export function withToldError<T extends object>(failed: T, error: unknown): T {
  const { kind, message, code = failureCodes[kind] ?? kind, param } = toToldError(error);
  return 'error' in failed && failed.error ? { ...failed, error: { code, message, param } } : failed;
}

/** The codes that the API documents for responses that failed. */
const failureCodes: Partial<Readonly<Record<ErrorKind, string>>> = {
  server: 'server_error',
  rate_limit: 'rate_limit_exceeded',
};

/** The kinds of errors whose messages this package writes. */
const ownKinds: readonly ErrorKind[] = ['truncated', 'limit', 'output'];

/** The kinds of errors that are about the request, and the statuses they come with; a stream has no status. */
const requestKinds: readonly ErrorKind[] = ['invalid_request', 'not_found'];
const requestStatuses: readonly (number | undefined)[] = [400, 404, 413, 422, undefined];

const unavailable: ToldError = {
  kind: 'server',
  message: "The model's server is not available",
  code: 'upstream_unavailable',
};

const told: Partial<Readonly<Record<ErrorKind, ToldError>>> = {
  authentication: unavailable,
  permission: unavailable,
  quota: unavailable,
  connection: { ...unavailable, kind: 'connection' },
  protocol: { ...unavailable, kind: 'protocol' },
  parse: { ...unavailable, kind: 'parse' },
  rate_limit: { kind: 'rate_limit', message: "The model's server gets too many requests" },
  overloaded: { kind: 'overloaded', message: "The model's server is overloaded" },
  timeout: { kind: 'timeout', message: "The model's server took too long" },
};
