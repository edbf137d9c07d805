/** A marble test failed. The message shows what was expected and what happened, frame by frame. */
export class MarblesError extends Error {
  override readonly name = 'MarblesError';
  /** The expected notifications, one per line, for test runners that show a diff. */
  readonly expected: string;
  /** The actual notifications, one per line. */
  readonly actual: string;

  /**
   * @param place Created where the test states the expectation. Its stack becomes the error's, because marbles are only
   *   compared at the end of the test.
   */
  constructor(message: string, init: { expected: string; actual: string; place?: Error | undefined }) {
    super(message);
    this.expected = init.expected;
    this.actual = init.actual;
    const frames = (init.place?.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
    if (frames.length > 0) {
      // The format of V8; other engines do not put the message into the stack.
      this.stack = [`MarblesError: ${message}`, ...frames].join('\n');
    }
  }
}
