import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { isLlmError } from '../errors/llm-error.js';
import { requestIdOf } from '../errors/response-headers.js';
import { createRedactor, type Redact } from '../secrets/redactor.js';
import { captureContext, type RunInContext } from '../transport/async-context.js';
import type { TransportRequest } from '../transport/transport.js';

/** The state that the stages of one subscription share. */
export interface RequestScope {
  /** When it was subscribed, as `scheduler.now()`. */
  readonly started: number;
  /** Calls a function in the async context that it was subscribed in. */
  readonly run: RunInContext;
  /** Removes the secrets of all its requests from a text that becomes part of an error. */
  readonly redact: Redact;
  /** Called with the key that was added to a request. */
  readonly onKey: (key: string) => void;
  /** Called with each request, before it is sent. */
  readonly onRequest: (request: TransportRequest) => void;
  /** Called with the headers of each response. */
  readonly onHead: (headers: Headers) => void;
  /** Returns the server's id of the current exchange. */
  readonly requestId: () => string | undefined;
}

/** @param started When it was subscribed, as `scheduler.now()`. */
export function createRequestScope(started: number): RequestScope {
  const redactor = createRedactor();
  let responseHeaders: Headers | undefined;
  return {
    started,
    run: captureContext(),
    redact: redactor.redact,
    onKey: redactor.addSecret,
    onRequest: (request) => {
      redactor.addRequest(request);
      responseHeaders = undefined;
    },
    onHead: (headers) => {
      responseHeaders = headers;
    },
    requestId: () => (responseHeaders === undefined ? undefined : requestIdOf(responseHeaders)),
  };
}

/** Adds the server's request id to errors that come after the response headers. */
export function identifyErrors<T>({ redact, requestId }: RequestScope): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const id = requestId();
    const isUnidentified = id !== undefined && isLlmError(error) && error.requestId === undefined;
    return throwError(() => (isUnidentified ? copyError(error, { requestId: redact(id) }) : error));
  });
}
