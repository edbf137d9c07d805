import { concatMap, map } from 'rxjs';
import type { AnswerFormat, AnswerHead } from './answer-format.js';
import { collect } from './collect.js';
import type { GenerationEvent } from './generate.js';

/**
 * Answers of `/chat/completions`. A stream is a chunk with the role, one per piece, one with the finish reason and,
 * when asked for, one with the token counts and no choices; the others then carry `usage: null`.
 */
export const chatFormat: AnswerFormat = {
  idPrefix: 'chatcmpl-',
  stream: (events, head) =>
    events.pipe(
      concatMap((event, index) => [
        ...(index === 0 ? [toChunk(head, { role: 'assistant', content: '' })] : []),
        ...toChunks(head, event, index),
      ]),
    ),
  whole: (events, head) =>
    events.pipe(
      collect(),
      map(({ text, reason, tokens }) => ({
        ...commonFields(head, 'chat.completion'),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: text, refusal: null },
            logprobs: null,
            finish_reason: reason,
          },
        ],
        usage: head.usage(tokens),
      })),
    ),
};

function toChunks(head: AnswerHead, event: GenerationEvent, tokens: number): readonly object[] {
  if (event.type === 'piece') {
    return [toChunk(head, { content: event.text })];
  }
  const finish = toChunk(head, {}, event.reason);
  return head.includeUsage
    ? [finish, { ...commonFields(head, 'chat.completion.chunk'), choices: [], usage: head.usage(tokens) }]
    : [finish];
}

function toChunk(head: AnswerHead, delta: object, reason: string | null = null): object {
  return {
    ...commonFields(head, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    ...(head.includeUsage ? { usage: null } : {}),
  };
}

function commonFields({ id, created, model }: AnswerHead, object: string): object {
  return { id, object, created, model, system_fingerprint: 'rxllm-local' };
}
