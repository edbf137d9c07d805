// Imported before zone.js, so that the zone sees what this clock calls.
jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });

/** Lets virtual milliseconds pass, with the microtasks of each. */
export async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1) {
    jest.advanceTimersByTime(1);
    await Promise.resolve();
  }
}
