import type { OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { operate } from '../../util/operate.js';
import type { ChoiceFormat } from './choice-format.js';
import { answerWith } from './answer-with.js';
import { checkBody } from './check-body.js';
import { generationBody, readGenerationFields, type GenerationRequest } from './generation-request.js';
import { pieceText, type GenerationEvent } from './generation.js';

const completionBody = z.extend(generationBody, {
  prompt: z.union(
    [z.string(), z.array(z.string()).check(z.length(1))],
    'a string, or an array of one string (this server knows no token ids)',
  ),
});

/** Reads a body of the legacy `/completions`. Throws a `LocalError` 400 that names the first invalid field. */
function parseCompletionRequest(input: unknown): GenerationRequest {
  const body = checkBody(completionBody, input);
  const prompt = typeof body.prompt === 'string' ? body.prompt : body.prompt.join('');
  return {
    ...readGenerationFields(body),
    asked: {
      operation: 'completions',
      model: body.model,
      messages: [{ role: 'user', content: prompt }],
      prompt,
      tools: [],
      mustCall: false,
      body,
    },
  };
}

/** Writes answers of the legacy `/completions`, whose chunks have the shape of a whole answer. */
const completionFormat: ChoiceFormat = {
  idPrefix: 'cmpl-',
  wholeObject: 'text_completion',
  chunkObject: 'text_completion',
  toChoices: (events) => events.pipe(toTextChoices()),
  toChoice: ({ text, reason }) => toChoice(text, reason),
};

/** Answers a request to the legacy `/completions`. */
export const answerCompletion = answerWith(parseCompletionRequest, completionFormat);

/** Holds each piece back until the next event, since the finish reason is sent with the last text. */
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
        const text = pieceText(event);
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
