import { concat, defer, EMPTY, ignoreElements, mergeScan, type Observable, throwError } from 'rxjs';
import type { ChatMessage } from '../index.node.js';
import { AlreadyTold } from './already-told.js';
import type { Dialogue } from './dialogue.js';
import { explainError } from './explain-error.js';
import type { Question } from './question.js';
import type { Server } from './server.js';
import { showAnswer } from './show-answer.js';
import type { Streams } from './streams.js';
import { takeTurn } from './take-turn.js';
import { writeLine } from './write-line.js';

/**
 * Answers the prompts of a dialogue one after the other, each with all that was said before. What goes wrong with one is
 * said in one line and stops no other; where nobody is there to read it, it is an {@link AlreadyTold} error in the end.
 * Emits nothing; completes when there are no more prompts and the last one is answered.
 */
export function holdConversation(
  { prompts, interruptions, during, isAttended }: Dialogue,
  server: Server,
  model: string,
  question: Question,
  streams: Streams,
): Observable<never> {
  return defer(() => {
    let failed = false;
    const turn = {
      answer: (messages: readonly ChatMessage[]) =>
        showAnswer(server, model, messages, question, streams, interruptions),
      onFailure: (error: unknown) => {
        failed = true;
        writeLine(streams.stderr, `rxllm: ${explainError(error)}`, 'red');
      },
    };
    const silence: readonly ChatMessage[] = [];
    return concat(
      prompts.pipe(
        mergeScan((history, prompt) => during(takeTurn(history, prompt, turn)), silence, 1),
        ignoreElements(),
      ),
      defer(() => (failed && !isAttended ? throwError(() => new AlreadyTold()) : EMPTY)),
    );
  });
}
