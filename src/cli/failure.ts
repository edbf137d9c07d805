/** Something went wrong for which the command line has words of its own: whole sentences, shown as they are; the exit code is 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
