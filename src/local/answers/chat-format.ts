import { concatMap } from 'rxjs';
import type { AnswerFormat } from './answer-format.js';
import { toChatMessage } from './chat-message.js';
import type { GenerationEvent } from './generate.js';

/** Answers of `/chat/completions`. A stream is a choice with the role, one per piece, and one with the finish reason. */
export const chatFormat: AnswerFormat = {
  idPrefix: 'chatcmpl-',
  wholeObject: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  toChoices: concatMap((event, index) => [...(index === 0 ? [toFirstChoice(event)] : []), toChoiceOf(event)]),
  toChoice: (generation) => ({
    message: toChatMessage(generation),
    logprobs: null,
    finish_reason: generation.reason,
  }),
};

function toFirstChoice(event: GenerationEvent): object {
  const calls = event.type === 'delta' && event.delta.tool_calls;
  return toChoice({ role: 'assistant', content: calls ? null : '' });
}

function toChoiceOf(event: GenerationEvent): object {
  if (event.type === 'finish') {
    return toChoice({}, event.reason);
  }
  return toChoice(event.type === 'piece' ? { content: event.text } : event.delta);
}

function toChoice(delta: object, reason: string | null = null): object {
  return { delta, logprobs: null, finish_reason: reason };
}
