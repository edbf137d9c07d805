/** What else there is to say about a {@link LocalError}. */
export interface LocalErrorInit {
  /** What went wrong, in the API's words. Default `server_error` from 500 on, else `invalid_request_error`. */
  readonly type?: string;
  /** The request field at fault. */
  readonly param?: string | null;
  readonly code?: string | null;
  /** Response headers that belong to the error, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error body as the OpenAI API sends it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** An error with an HTTP status, which the caller is shown. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent as JSON, or as an error frame once a stream has begun. */
  readonly body: ErrorBody;

  constructor(
    status: number,
    message: string,
    {
      type = status >= 500 ? 'server_error' : 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
      cause,
    }: LocalErrorInit = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.headers = headers;
    this.body = { error: { message, type, param, code } };
  }
}
