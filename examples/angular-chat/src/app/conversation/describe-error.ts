/** Describes an error to the user. Saved errors are plain objects with a message. */
export function describeError(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return typeof message === 'string' && message !== '' ? message : 'Something went wrong.';
}
