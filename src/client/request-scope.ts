import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { isLlmError } from '../errors/llm-error.js';
import { requestIdOf } from '../errors/request-id.js';
import { createRedactor } from '../transport/redactor.js';
import type { TransportRequest } from '../transport/transport.js';

/** What the stages of one subscription share: its secrets, to keep them out of errors, and the server's request id. */
export interface RequestScope {
  /** When it was subscribed, as the scheduler tells the time. */
  readonly started: number;
  readonly redact: (text: string) => string;
  readonly requestId: () => string | undefined;
  readonly onRequest: (request: TransportRequest) => void;
  readonly onHead: (headers: Headers) => void;
}

/**
 * A scope before its first exchange.
 *
 * @param started When it was subscribed, as the scheduler tells the time.
 */
export function createRequestScope(started: number): RequestScope {
  const redactor = createRedactor();
  let requestId: string | undefined;
  return {
    started,
    redact: redactor.redact,
    requestId: () => requestId,
    onRequest: (request) => {
      redactor.learn(request);
      requestId = undefined;
    },
    onHead: (headers) => {
      requestId = requestIdOf(headers, redactor.redact);
    },
  };
}

/** Puts the server's request id on every error that came after the response's head. */
export function identifyErrors<T>({ requestId }: RequestScope): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const id = requestId();
    const isUnidentified = id !== undefined && isLlmError(error) && error.requestId === undefined;
    return throwError(() => (isUnidentified ? copyError(error, { requestId: id }) : error));
  });
}
