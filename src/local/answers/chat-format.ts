import { concatMap } from 'rxjs';
import type { AnswerFormat } from './answer-format.js';
import type { GenerationEvent } from './generate.js';

/** Answers of `/chat/completions`. A stream is a choice with the role, one per piece, and one with the finish reason. */
export const chatFormat: AnswerFormat = {
  idPrefix: 'chatcmpl-',
  wholeObject: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  toChoices: concatMap((event, index) => [
    ...(index === 0 ? [toChoice({ role: 'assistant', content: '' })] : []),
    toChoiceOf(event),
  ]),
  toChoice: ({ text, reason }) => ({
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: null,
    finish_reason: reason,
  }),
};

function toChoiceOf(event: GenerationEvent): object {
  return event.type === 'finish' ? toChoice({}, event.reason) : toChoice({ content: event.text });
}

function toChoice(delta: object, reason: string | null = null): object {
  return { delta, logprobs: null, finish_reason: reason };
}
