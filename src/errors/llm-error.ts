/** What went wrong, for a `switch`. */
export type ErrorKind =
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'invalid_request'
  | 'conflict'
  | 'timeout'
  | 'quota'
  | 'rate_limit'
  | 'server'
  | 'overloaded'
  | 'connection'
  | 'truncated'
  | 'provider'
  | 'protocol'
  | 'parse'
  | 'limit'
  | 'output';

/** The fields that all errors of this package share. */
export interface LlmErrorInit {
  readonly kind: ErrorKind;
  /** Whether a new request may succeed. */
  readonly retryable: boolean;
  /** Milliseconds that the server asked the client to wait, if any. */
  readonly retryAfter?: number | undefined;
  /** The server's id of the request, to quote to its support. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The same in every installed copy of the package, unlike the class. */
const brand = Symbol.for('rxllm.LlmError');

/**
 * The base class of all errors of this package. `kind` is what happened, `retryable` whether a new request may succeed.
 * The message of an error response is the server's own, which may quote the request; the key is removed from it where it
 * stands as it was sent, JSON-escaped or URL-encoded.
 *
 * @see {@link isLlmError} instead of `instanceof`, which is false for an error of another installed copy.
 */
export abstract class LlmError extends Error {
  abstract override readonly name: string;
  readonly kind: ErrorKind;
  /** Whether a new request may succeed. */
  readonly retryable: boolean;
  /** Milliseconds that the server asked the client to wait, in a header or the body; `undefined` if it did not. */
  readonly retryAfter: number | undefined;
  /** The server's id of the request; `undefined` if it sent none. */
  readonly requestId: string | undefined;
  /**
   * What there was when it failed: the text of `toText`, the message of `toMessage`, the value of `toObject`; on an
   * `OutputError` of `accumulateObject` the value, of `arrayItems` the element that does not fit or the value without the
   * elements that were emitted, of `moderated` the text that had passed. Not enumerable, so that a log of the error does not show it.
   */
  declare readonly partial?: unknown;
  /** The errors of all sources of `fallback` and the like, in order; this error is the last. */
  declare readonly errors?: readonly unknown[];
  /**
   * The id of the background response that the server goes on working on, for `resumeResponse`. A new request would begin
   * the work again, so `retryable` is false.
   */
  declare readonly responseId?: string;
  /**
   * The id of the stream that a relay keeps, for `resumeStream`. A new request would begin the work again, so `retryable` is
   * false. It is not set on errors that are part of the stream, which has ended then.
   */
  declare readonly streamId?: string;
  /** The number of the last event that was read of what `responseId` or `streamId` names; `undefined` if none was. */
  declare readonly after?: number | undefined;

  constructor(message: string, init: LlmErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.kind = init.kind;
    this.retryable = init.retryable;
    this.retryAfter = init.retryAfter;
    this.requestId = init.requestId;
  }

  /**
   * What `JSON.stringify` keeps: name, message and the public fields, without `partial` and `cause`. `structuredClone` and
   * `postMessage` keep the message of an error only, so pass them this object.
   */
  toJSON(): Readonly<Record<string, unknown>> {
    const { message, errors } = this;
    return { ...Object.fromEntries(Object.entries(this)), message, ...(errors && { errors: errors.map(savedError) }) };
  }

  get [brand](): true {
    return true;
  }
}

/** Whether a caught value is an error of this package, or of another installed copy of it. */
export function isLlmError(value: unknown): value is LlmError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

/** Returns what JSON is to keep of a thrown value: of an error without `toJSON` its name and message, too. */
export function savedError(thrown: unknown): unknown {
  const { name, message, toJSON } = (thrown ?? {}) as Partial<LlmError>;
  return typeof message === 'string' && toJSON === undefined ? { ...(thrown as object), name, message } : thrown;
}
