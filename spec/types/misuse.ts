/** Takes code that must not compile, and does not run it. */
export function misuse(code: () => unknown): void {
  expect(code).toBeInstanceOf(Function);
}
