/** Lets other work go on until this holds, and for so many milliseconds at most. */
export async function turnsUntil(holds: () => boolean, within: number): Promise<void> {
  for (const started = performance.now(); !holds() && performance.now() - started < within;) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
