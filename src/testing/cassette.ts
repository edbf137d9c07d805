/** Recorded exchanges: plain data, as it stands in the JSON file. */
export interface Cassette {
  readonly version: 1;
  /** In the order in which they were asked for. */
  readonly exchanges: readonly CassetteExchange[];
}

/** One HTTP exchange. All its times are in milliseconds since the request. */
export interface CassetteExchange {
  readonly request: CassetteRequest;
  /** `undefined` when none came. */
  readonly response?: CassetteResponse | undefined;
  readonly end: CassetteEnd;
}

/** What was asked, its body as JSON, as text or as bytes. `[redacted]` in a text stands for any other text. */
export interface CassetteRequest {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

/** What came back: the head, and the body in the pieces in which it arrived. */
export interface CassetteResponse {
  readonly at: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly CassettePiece[];
}

/** A piece of a body: a text, or bytes where a character is cut or there is no text at all. */
export type CassettePiece =
  { readonly at: number; readonly text: string } | { readonly at: number; readonly base64: string };

/** How an exchange ended: `abort` when it was unsubscribed. */
export type CassetteEnd =
  | { readonly type: 'complete' | 'abort'; readonly at: number }
  | { readonly type: 'error'; readonly at: number; readonly error: CassetteFailure };

/** The fields of an error, as the classes of this package name them. */
export interface CassetteFailure {
  readonly name: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly deadline?: string | undefined;
  readonly limit?: string | undefined;
  readonly maximum?: number | undefined;
}
