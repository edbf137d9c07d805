/** The command line was used wrongly. Its message is one sentence without a full stop; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
