import type { Observable } from 'rxjs';

/** What is asked, so that an interceptor need not read URLs. */
export type Operation = 'chat' | 'completions' | 'models' | (string & {});

/** One HTTP exchange to be made. Plain data; interceptors change it by copying. */
export interface TransportRequest {
  readonly operation: Operation;
  readonly method: string;
  /** Absolute URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** `refuse` makes any redirect a `ProtocolError`; `same-origin` follows those that stay on the origin. */
  readonly redirects: 'refuse' | 'same-origin';
  /** Passed through for interceptors, never sent. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** What one exchange gives: the head once, then the body's decoded bytes as they arrive. */
export type TransportEvent =
  | { readonly type: 'head'; readonly status: number; readonly headers: Headers }
  | { readonly type: 'data'; readonly bytes: Uint8Array };

/** Makes one HTTP exchange per subscription; unsubscribing at any moment aborts and closes it. */
export type Transport = (request: TransportRequest) => Observable<TransportEvent>;

/**
 * Wraps exchanges; the shape of Angular's functional interceptors. The first listed is outermost and runs once per
 * subscription. A non-2xx answer is already an `ApiError` here, so `head` is always 2xx.
 */
export type Interceptor = (request: TransportRequest, next: Transport) => Observable<TransportEvent>;
