import type { OperatorFunction } from 'rxjs';
import { operate } from '../../util/operate.js';
import type { AnswerFormat } from './answer-format.js';
import { contentOf } from './collect.js';
import type { GenerationEvent } from './generate.js';

/**
 * Answers of the legacy `/completions`, whole and streamed of the same shape. The finish reason rides on the choice
 * with the last text, so each piece is held back until the next event, an error included.
 */
export const completionFormat: AnswerFormat = {
  idPrefix: 'cmpl-',
  wholeObject: 'text_completion',
  chunkObject: 'text_completion',
  toChoices: (events) => events.pipe(toTextChoices()),
  toChoice: ({ text, reason }) => toChoice(text, reason),
};

function toTextChoices(): OperatorFunction<GenerationEvent, object> {
  return operate<GenerationEvent, object>((destination) => {
    let held: string | undefined;
    const release = (): void => {
      if (held !== undefined) {
        destination.next(toChoice(held, null));
      }
    };
    return {
      next(event) {
        if (event.type === 'finish') {
          destination.next(toChoice(held ?? '', event.reason));
          return;
        }
        const text = contentOf(event);
        if (event.type === 'piece' || text !== '') {
          release();
          held = text;
        }
      },
      error(reason) {
        release();
        destination.error(reason);
      },
    };
  });
}

function toChoice(text: string, reason: string | null): object {
  return { text, logprobs: null, finish_reason: reason };
}
