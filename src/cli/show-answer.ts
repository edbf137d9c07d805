import { connect, merge, type Observable, Subject } from 'rxjs';
import { type ChatMessage, type RetryNotice, retryTransient } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { printAnswer } from './print-answer.js';
import type { Question } from './question.js';
import { requestChat } from './request-chat.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';
import { throwIfInterrupted } from './throw-if-interrupted.js';
import { toOutput } from './to-output.js';

/**
 * Prints the answer to the last of some messages as the question says, and emits the text that is shown. Completes when
 * all is written; errors pass on after what came before them, that of an interruption among them.
 */
export function showAnswer(
  server: Server,
  model: string,
  messages: readonly ChatMessage[],
  question: Question,
  streams: Streams,
  interruptions: Observable<unknown>,
): Observable<string> {
  const { display, retries: count } = question;
  const retries = new Subject<RetryNotice>();
  return requestChat(server.client, model, messages, question).pipe(
    retryTransient({ count, notify: retries }),
    adviseOnModel(server),
    throwIfInterrupted(interruptions),
    connect((chunks) =>
      merge(
        chunks.pipe(printAnswer(display, retries, streams)), // first, so that its line ends before an error passes on
        chunks.pipe(toOutput({ json: false, stream: display.stream })),
      ),
    ),
  );
}
