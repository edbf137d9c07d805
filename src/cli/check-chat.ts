import type { Question } from './question.js';
import { UsageError } from './usage-error.js';

/**
 * Gives a question back with which a conversation can begin.
 *
 * @throws {UsageError} When it asks for what a conversation cannot do.
 */
export function checkChat(question: Question): Question {
  if (question.endpoint === 'completions') {
    throw new UsageError('--legacy knows no conversations: leave it out of rxllm chat');
  }
  if (question.models.length > 1) {
    throw new UsageError('rxllm chat talks to one model: give --model once');
  }
  return question;
}
