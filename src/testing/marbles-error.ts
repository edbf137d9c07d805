/** What a marble test expected is not what happened. The message shows both, frame by frame. */
export class MarblesError extends Error {
  override readonly name = 'MarblesError';
  /** What was expected, one line per notification, for test runners that show differences of their own. */
  readonly expected: string;
  /** What happened, one line per notification. */
  readonly actual: string;

  /**
   * @param place Made where the test says what it expects: its stack becomes the error's, since all marbles are compared
   *   later, when virtual time has passed.
   */
  constructor(message: string, { expected, actual, place }: { expected: string; actual: string; place?: Error }) {
    super(message);
    this.expected = expected;
    this.actual = actual;
    const frames = (place?.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
    if (frames.length > 0) {
      // Of V8's form; others have none of the message in their stacks.
      this.stack = [`MarblesError: ${message}`, ...frames].join('\n');
    }
  }
}
