/** Whoever reads an answer wants no more of it. Nothing went wrong, and nothing is left to say. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
