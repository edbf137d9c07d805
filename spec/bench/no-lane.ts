import type { Shortcut } from '../../src/sse/shortcut.js';

/** Takes the place of rxllm's lane for repeating events: always rests, so that the parser reads each event. */
export function createLane<Value>(): Shortcut<Value> {
  return { awake: false, end: 0, id: undefined, read: () => undefined, learn: () => undefined, pass: () => undefined };
}
