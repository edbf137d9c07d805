import type { MonoTypeOperatorFunction } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { isLlmError } from '../errors/llm-error.js';
import { requestIdOf } from '../errors/response-headers.js';
import { createRedactor, type Redact } from '../secrets/redactor.js';
import { callDirectly, captureContext, type RunInContext } from '../transport/async-context.js';
import type { TransportRequest } from '../transport/transport.js';
import { operate } from '../util/operate.js';
import type { Settings } from './settings.js';

/** Of how many exchanges the secrets are removed from an error; a retry loop may go on for days. */
const maxRequests = 8;
/** How many keys of a function are removed from an error. */
const maxKeys = 256;
const noKeys: readonly string[] = [];

/** The state that the stages of one subscription share. */
export class RequestScope {
  /** When it was subscribed, as `scheduler.now()`. */
  readonly started: number;
  /** Calls a function in the async context that it was subscribed in. */
  readonly run: RunInContext;
  /** The server's id of the current exchange. */
  requestId: string | undefined;
  private requests: readonly TransportRequest[] = [];
  private keys = noKeys;

  constructor({ apiKey, interceptors, scheduler }: Settings) {
    this.started = scheduler.now();
    // Only these may go on in the context of somebody else.
    this.run = interceptors.length > 0 || typeof apiKey === 'function' ? captureContext() : callDirectly;
  }

  /** Removes the secrets of the last requests from a text that becomes part of an error. */
  readonly redact: Redact = (text) => {
    const { addRequest, addSecret, redact } = createRedactor();
    this.keys.forEach(addSecret);
    this.requests.forEach(addRequest);
    return redact(text);
  };

  /** Called with each key that a function gave. A server may name it long after another has taken its place. */
  onKey(key: string): void {
    if (!this.keys.includes(key)) {
      this.keys = [...this.keys.slice(1 - maxKeys), key];
    }
  }

  /** Called with each request, before it is sent. */
  onRequest(request: TransportRequest): void {
    this.requests = [...this.requests.slice(1 - maxRequests), request];
    this.requestId = undefined;
  }

  /** Called with the headers of each response. They are not kept, since they take more memory than all other state. */
  onHead(headers: Headers): void {
    this.requestId = requestIdOf(headers);
  }
}

/** Adds the server's request id to errors that come after the response headers. */
export function identifyErrors<T>(scope: RequestScope): MonoTypeOperatorFunction<T> {
  return operate((destination) => ({
    next: (value) => destination.next(value),
    error: (error) => {
      const id = scope.requestId;
      const isUnidentified = id !== undefined && isLlmError(error) && error.requestId === undefined;
      destination.error(isUnidentified ? copyError(error, { requestId: scope.redact(id) }) : error);
    },
  }));
}
