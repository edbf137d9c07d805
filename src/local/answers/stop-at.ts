import type { MonoTypeOperatorFunction } from 'rxjs';
import { operate } from '../../util/operate.js';
import { Queue } from '../../util/queue.js';
import type { GenerationEvent } from './generation.js';

/**
 * Ends a generation before the first stop sequence in its text, with the finish reason `stop`. A sequence may span
 * several pieces, so a piece is held back while its end may be the beginning of one; pieces are neither joined nor cut,
 * except where the answer ends.
 *
 * ```text
 * events:  a-b-c-d-e-|   sequences: 'cd'
 * result:  a-b---(f|)    f = finish
 * ```
 *
 * Emits the pieces held back before a finish, an error or completion.
 */
export function stopAt(sequences: readonly string[]): MonoTypeOperatorFunction<GenerationEvent> {
  return operate<GenerationEvent, GenerationEvent>((destination) => {
    const waiting = new Queue<GenerationEvent>();
    let waitingLength = 0;
    // The longest suffix of the text so far that is a prefix of a sequence.
    let tail = '';

    const release = (keep: number): void => {
      for (let event = waiting.first; event && waitingLength - lengthOf(event) >= keep; event = waiting.first) {
        waiting.shift();
        waitingLength -= lengthOf(event);
        destination.next(event);
      }
    };
    const endBefore = (surplus: number): void => {
      release(surplus);
      if (waiting.first?.type === 'piece' && waitingLength > surplus) {
        destination.next({ type: 'piece', text: waiting.first.text.slice(0, waitingLength - surplus) });
      }
      destination.next({ type: 'finish', reason: 'stop' });
      destination.complete();
    };

    return {
      next(event) {
        waiting.push(event);
        waitingLength += lengthOf(event);
        if (event.type === 'piece') {
          const text = tail + event.text;
          const start = findFirst(text, sequences);
          if (start !== undefined) {
            endBefore(text.length - start);
            return;
          }
          tail = tailOf(text, sequences);
        }
        release(event.type === 'finish' ? 0 : tail.length);
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

function lengthOf(event: GenerationEvent): number {
  return event.type === 'piece' ? event.text.length : 0;
}

/** Finds the start of the sequence that ends first, of the longest one where several end together. */
function findFirst(text: string, sequences: readonly string[]): number | undefined {
  const [first] = sequences
    .map((sequence) => ({ start: text.indexOf(sequence), length: sequence.length }))
    .filter(({ start }) => start >= 0)
    .sort((one, other) => one.start + one.length - (other.start + other.length) || one.start - other.start);
  return first?.start;
}

/** Returns the longest suffix of the text that is a prefix of a sequence. */
function tailOf(text: string, sequences: readonly string[]): string {
  const maxTail = Math.max(...sequences.map(({ length }) => length)) - 1;
  for (let start = Math.max(0, text.length - maxTail); start < text.length; start += 1) {
    const end = text.slice(start);
    if (sequences.some((sequence) => sequence.startsWith(end))) {
      return end;
    }
  }
  return '';
}
