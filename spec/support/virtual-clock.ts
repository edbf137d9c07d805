// Import this before zone.js, so that the zone patches the fake timers.
jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });

/** Advances the clock one millisecond at a time, and runs the microtasks of each. */
export async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1) {
    jest.advanceTimersByTime(1);
    await Promise.resolve();
  }
}
