import { Queue } from '../util/queue.js';

/**
 * Handles one value after another, also those that come while one is being handled.
 *
 * @param settle Called when nothing is left to handle, but not inside itself.
 */
export function oneByOne<T extends object | string>(
  handle: (value: T) => void,
  settle: () => void,
): (value?: T) => void {
  const waiting = new Queue<T>();
  let handling = false;
  let settling = false;
  return (value) => {
    if (value !== undefined) {
      waiting.push(value);
    }
    if (!handling) {
      handling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        handle(next);
      }
      handling = false;
      if (!settling) {
        settling = true;
        settle();
        settling = false;
      }
    }
  };
}
