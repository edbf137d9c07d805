/** Something went wrong that was said when it did, while other things went on: nothing is left to say, and the exit code is 1. */
export class AlreadyTold extends Error {
  override readonly name = 'AlreadyTold';
}
