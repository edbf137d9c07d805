import { map, type OperatorFunction } from 'rxjs';
import { operate } from '../../operators/operate.js';
import type { AnswerFormat, AnswerHead } from './answer-format.js';
import { collect } from './collect.js';
import type { GenerationEvent } from './generate.js';

/**
 * Answers of the legacy `/completions`, whole and streamed of the same shape. The finish reason rides on the chunk
 * with the last text, so each piece is held back until the next event, an error included.
 */
export const completionFormat: AnswerFormat = {
  idPrefix: 'cmpl-',
  stream: (events, head) => events.pipe(toTextChunks(head)),
  whole: (events, head) =>
    events.pipe(
      collect(),
      map(({ text, reason, tokens }) => ({ ...toCompletion(head, text, reason), usage: head.usage(tokens) })),
    ),
};

function toTextChunks(head: AnswerHead): OperatorFunction<GenerationEvent, object> {
  return operate<GenerationEvent, object>((destination) => {
    let held: string | undefined;
    let tokens = 0;
    const usage = head.includeUsage ? { usage: null } : {};
    const release = (): void => {
      if (held !== undefined) {
        destination.next({ ...toCompletion(head, held, null), ...usage });
      }
    };
    return {
      next(event) {
        if (event.type === 'piece') {
          release();
          held = event.text;
          tokens += 1;
          return;
        }
        destination.next({ ...toCompletion(head, held ?? '', event.reason), ...usage });
        if (head.includeUsage) {
          destination.next({ ...commonFields(head), choices: [], usage: head.usage(tokens) });
        }
      },
      error(reason) {
        release();
        destination.error(reason);
      },
    };
  });
}

function toCompletion(head: AnswerHead, text: string, reason: string | null): object {
  return { ...commonFields(head), choices: [{ index: 0, text, logprobs: null, finish_reason: reason }] };
}

function commonFields({ id, created, model }: AnswerHead): object {
  return { id, object: 'text_completion', created, model, system_fingerprint: 'rxllm-local' };
}
