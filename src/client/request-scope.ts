import type { MonoTypeOperatorFunction } from 'rxjs';
import type { StreamCursor } from '../answers/stream-cursor.js';
import { copyError } from '../errors/copy-error.js';
import { isLlmError } from '../errors/llm-error.js';
import { requestIdOf } from '../errors/response-headers.js';
import { createRedactor, type Redact } from '../secrets/redactor.js';
import { callDirectly, captureContext, type RunInContext } from '../transport/async-context.js';
import type { TransportRequest } from '../transport/transport.js';
import { isStreamId } from '../util/is-stream-id.js';
import { operate } from '../util/operate.js';
import { parseUrl } from '../util/parse-url.js';
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
  /** How far the stream was read, once the server is known to keep it. */
  cursor: StreamCursor | undefined;
  /** The server's id of the current exchange. */
  requestId: string | undefined;
  private requests: readonly TransportRequest[] = [];
  private keys = noKeys;

  constructor({ apiKey, interceptors, onUnsubscribe, scheduler }: Settings, cursor?: StreamCursor) {
    this.started = scheduler.now();
    this.cursor = cursor;
    // Only these may go on in the context of somebody else.
    this.run =
      interceptors.length > 0 || typeof apiKey === 'function' || onUnsubscribe === 'stop'
        ? captureContext()
        : callDirectly;
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

  /**
   * Called with the headers of each response. They are not kept, since they take more memory than all other state.
   *
   * @param baseURL Where the client's requests go. The id of a stream on another server is not followed.
   * @returns The id under which a relay keeps the answer; `undefined` if there is none.
   */
  onHead(headers: Headers, baseURL: URL): string | undefined {
    this.requestId = requestIdOf(headers);
    const id = headers.get('x-stream-id');
    return id !== null && isStreamId(id) && parseUrl(this.requests.at(-1)?.url ?? '')?.origin === baseURL.origin
      ? id
      : undefined;
  }

  /** Called with the id under which a relay keeps the answer to the last request. */
  onStream(id: string): void {
    if (this.requests.at(-1)?.method === 'POST') {
      this.cursor = Object.assign(this.cursor ?? {}, { id, after: undefined, relayed: true });
    }
  }
}

/** Adds the server's request id to errors that come after the response headers. */
export function identifyErrors<T>(scope: RequestScope): MonoTypeOperatorFunction<T> {
  return operate((destination) => ({
    next: (value) => destination.next(value),
    error: (error) => destination.error(identified(error, scope)),
  }));
}

/** Returns an error with the server's request id. */
export function identified(error: unknown, { requestId: id, redact }: RequestScope): unknown {
  return id !== undefined && isLlmError(error) && error.requestId === undefined
    ? copyError(error, { requestId: redact(id) })
    : error;
}
