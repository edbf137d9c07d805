import type { MonoTypeOperatorFunction } from 'rxjs';
import { operate } from '../../util/operate.js';
import type { GenerationEvent } from './generate.js';
import { followWord } from './follow-word.js';

/**
 * Ends a generation before the first occurrence of one of some words, with the finish reason `stop`. An occurrence may
 * be spread over pieces, so a piece waits for as long as its end may be the beginning of a word; otherwise pieces keep
 * their bounds.
 *
 * ```text
 * events:  a-b-c-d-e-|   words: 'cd'
 * result:  a-b---(f|)    f = finish
 * ```
 *
 * What waits goes out before a finish, an error and completion.
 */
export function stopAt(words: readonly string[]): MonoTypeOperatorFunction<GenerationEvent> {
  return operate<GenerationEvent, GenerationEvent>((destination) => {
    const followers = words.map((word) => ({ length: word.length, follow: followWord(word) }));
    let waiting: GenerationEvent[] = [];
    let waitingLength = 0;
    let open = 0;

    const release = (keep: number): void => {
      let count = 0;
      while (count < waiting.length && waitingLength - lengthOf(waiting[count]) >= keep) {
        waitingLength -= lengthOf(waiting[count]);
        count += 1;
      }
      if (count === 0) {
        return;
      }
      const ready = waiting.slice(0, count);
      waiting = waiting.slice(count);
      ready.forEach((event) => destination.next(event));
    };
    const end = (surplus: number): void => {
      release(surplus);
      const [rest] = waiting;
      if (rest?.type === 'piece' && waitingLength > surplus) {
        destination.next({ type: 'piece', text: rest.text.slice(0, waitingLength - surplus) });
      }
      destination.next({ type: 'finish', reason: 'stop' });
      destination.complete();
    };
    /** How many characters of the text the answer must lose: a whole word and what follows it; 0 when there is none. */
    const read = (text: string): number => {
      for (let position = 0; position < text.length; position += 1) {
        open = 0;
        let found = 0;
        for (const { length, follow } of followers) {
          const matched = follow(text.charCodeAt(position));
          open = Math.max(open, matched);
          found = matched === length ? Math.max(found, length) : found;
        }
        if (found > 0) {
          return found + text.length - position - 1;
        }
      }
      return 0;
    };

    return {
      next(event) {
        waiting.push(event);
        waitingLength += lengthOf(event);
        const surplus = event.type === 'piece' ? read(event.text) : 0;
        if (surplus > 0) {
          end(surplus);
        } else {
          release(event.type === 'finish' ? 0 : open);
        }
      },
      error(reason) {
        release(0);
        destination.error(reason);
      },
      complete() {
        release(0);
        destination.complete();
      },
    };
  });
}

function lengthOf(event: GenerationEvent | undefined): number {
  return event?.type === 'piece' ? event.text.length : 0;
}
