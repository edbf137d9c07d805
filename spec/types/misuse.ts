/** Accepts code that must not compile, without running it. */
export function misuse(code: () => unknown): void {
  expect(code).toBeInstanceOf(Function);
}
