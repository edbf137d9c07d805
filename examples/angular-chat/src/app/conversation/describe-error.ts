/** What went wrong, as a sentence for a user. Errors that were saved are objects with the message they had. */
export function describeError(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return typeof message === 'string' && message !== '' ? message : 'Something went wrong.';
}
