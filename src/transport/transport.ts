import type { Observable } from 'rxjs';

/** Names the API operation, so that an interceptor need not parse the URL. */
export type Operation =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'responses.resume'
  | 'responses.retrieve'
  | 'responses.cancel'
  | 'responses.delete'
  | 'streams.resume'
  | 'streams.stop'
  | 'embeddings'
  | 'moderations'
  | 'models'
  | (string & {});

/** A request as plain data. An interceptor that changes it passes a modified copy on. */
export interface TransportRequest {
  readonly operation: Operation;
  readonly method: string;
  /** Absolute URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** `refuse` makes any redirect a `ProtocolError`; `same-origin` follows those that stay on the origin. */
  readonly redirects: 'refuse' | 'same-origin';
  /** Data for interceptors; never sent. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** An event of one exchange: first the head, then the decoded bytes of the body as they arrive. */
export type TransportEvent =
  | { readonly type: 'head'; readonly status: number; readonly headers: Headers }
  | { readonly type: 'data'; readonly bytes: Uint8Array };

/** Makes one HTTP exchange per subscription. Unsubscribing aborts it at any time and closes its connection or stream. */
export type Transport = (request: TransportRequest) => Observable<TransportEvent>;

/**
 * Wraps each exchange, like Angular's functional interceptors. The first in the list is the outermost, and runs once per
 * subscription. Non-2xx answers arrive as `ApiError`s, so the status of a `head` is always 2xx.
 */
export type Interceptor = (request: TransportRequest, next: Transport) => Observable<TransportEvent>;
