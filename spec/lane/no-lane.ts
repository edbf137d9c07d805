import type { Shortcut } from '../../src/sse/shortcut.js';

/** Takes the place of the lane for repeating events, and reads none. */
export function createLane(): Shortcut<never> {
  return { awake: false, end: 0, id: undefined, read: () => undefined, learn: () => undefined, pass: () => undefined };
}
