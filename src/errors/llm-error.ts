/** What went wrong, as one word to switch on. */
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

/** What every error of this package is made from. */
export interface LlmErrorInit {
  readonly kind: ErrorKind;
  /** Whether a fresh request may succeed. */
  readonly retryable: boolean;
  /** Milliseconds the server asked to wait, when it named any. */
  readonly retryAfter?: number | undefined;
  /** The server's id of the request, to quote to its support. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** Shared by every installed copy of the package, where `instanceof` would not be. */
const brand = Symbol.for('rxllm.LlmError');

/**
 * The base of every error this package raises. `kind` says what happened, `retryable` whether a fresh request may
 * succeed. No error holds a key. The message of a refusal is in the server's own words, which may quote the request.
 *
 * @see {@link isLlmError} to recognise one, also across two installed copies of the package.
 */
export abstract class LlmError extends Error {
  abstract override readonly name: string;
  readonly kind: ErrorKind;
  /** Whether a fresh request may succeed. */
  readonly retryable: boolean;
  /** Milliseconds the server asked to wait, from a header or a body; `undefined` when it named none. */
  readonly retryAfter: number | undefined;
  /** The server's id of the request; `undefined` when it sent none. */
  readonly requestId: string | undefined;
  /**
   * The reply so far, where `toText` or `toMessage` was gathering it. Not enumerable, so that a log of the error does not
   * show it.
   */
  declare readonly partial?: unknown;
  /** All that failed, in that order and with this error as the last, where several requests stood in for one. */
  declare readonly errors?: readonly unknown[];

  constructor(message: string, init: LlmErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.kind = init.kind;
    this.retryable = init.retryable;
    this.retryAfter = init.retryAfter;
    this.requestId = init.requestId;
  }

  get [brand](): true {
    return true;
  }
}

/** Whether a caught value is an error of this package, whichever installed copy raised it. */
export function isLlmError(value: unknown): value is LlmError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
}
