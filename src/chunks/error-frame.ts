/** The fields by which servers report an error. */
interface Frame {
  readonly error?: unknown;
  readonly object?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly choices?: unknown;
  readonly x_groq?: { readonly error?: unknown } | null;
  readonly base_resp?: { readonly status_code?: unknown } | null;
}

/**
 * The error a stream's JSON value carries, in any of the forms servers use; `undefined` when it carries none. A null,
 * empty or missing `error` is normal on a chunk.
 *
 * @param event The name of the server-sent event the value came in.
 */
export function errorFrame(value: unknown, event = 'message'): unknown {
  // Google wraps errors in an array of one.
  const frame: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (event === 'error') {
    return frame;
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return undefined;
  }
  const { error, object, type, message, detail, choices, x_groq: groq, base_resp: minimax } = frame as Frame;
  if (isError(error) || object === 'error' || type === 'error' || Number(minimax?.status_code ?? 0) > 0) {
    return frame;
  }
  if (isError(groq?.error)) {
    return groq;
  }
  return choices === undefined && (isError(message) || isError(detail)) ? frame : undefined;
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
