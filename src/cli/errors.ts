/** The command line was used wrongly. Its message is one sentence without a full stop; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A failure with a message of whole sentences, printed unchanged; the exit code is 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** A failure that was printed when it happened, while other work continued. Nothing more is printed; the exit code is 1. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
}

/** Standard output has been closed, as after `| head -1`. Nothing is printed; the exit code is 0. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/** The user stopped an answer. Nothing is printed; the signal decides the exit code. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
