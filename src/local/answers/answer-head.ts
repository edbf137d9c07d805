import { randomUUID } from 'node:crypto';
import { countTokens } from '../tokenize.js';
import type { GenerationRequest } from './generation-request.js';
import { textOf } from './local-message.js';

/** Token counts of one answer, in this server's own pieces. */
export interface LocalUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What all the objects of one answer have in common. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  /** Whether the stream ends with the token counts. */
  readonly includeUsage: boolean;
  /** The counts for an answer of this many pieces, all choices together. */
  readonly usage: (completionTokens: number) => LocalUsage;
}

/**
 * Makes the head of an answer, with an id of its own.
 *
 * @param now Milliseconds since the epoch.
 */
export function toHead({ asked, includeUsage }: GenerationRequest, idPrefix: string, now: number): AnswerHead {
  return {
    id: idPrefix + randomUUID().replaceAll('-', ''),
    created: Math.floor(now / 1000),
    model: asked.model,
    includeUsage,
    usage: (completionTokens) => {
      const promptTokens = asked.messages.reduce((sum, message) => sum + countTokens(textOf(message)), 0);
      return {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      };
    },
  };
}
