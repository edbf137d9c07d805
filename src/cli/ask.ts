import { concatMap, defer, type Observable, Subject, switchMap } from 'rxjs';
import { type RetryNotice, retryTransient } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { askSeveral } from './ask-several.js';
import { chooseModels } from './choose-models.js';
import { chooseServer } from './choose-server.js';
import { printAnswer } from './print-answer.js';
import type { Question } from './question.js';
import { readPrompt } from './read-prompt.js';
import { requestAnswer } from './request-answer.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';
import { throwIfInterrupted } from './throw-if-interrupted.js';

/**
 * Reads the prompt, asks one model or several, and prints what they answer as it comes. Emits nothing; completes when all is
 * written.
 *
 * @param interruptions Ends the answers by its first value, after all that had come of them is shown.
 */
export function ask(question: Question, streams: Streams, interruptions: Observable<unknown>): Observable<never> {
  return defer(() => {
    const connect = chooseServer(question.server, streams.stderr);
    return readPrompt(question.words, streams).pipe(
      switchMap((prompt) => connect((server) => askServer(server, prompt, question, streams, interruptions))),
    );
  });
}

function askServer(
  server: Server,
  prompt: string,
  question: Question,
  streams: Streams,
  interruptions: Observable<unknown>,
): Observable<never> {
  const { models } = question;
  if (models.length > 1) {
    return askSeveral(server, models, prompt, question, streams, interruptions);
  }
  return chooseModels(server, question, streams.stderr).pipe(
    concatMap((model) => askModel(server, model, prompt, question, streams, interruptions)),
    adviseOnModel(server),
  );
}

function askModel(
  { client }: Server,
  model: string,
  prompt: string,
  question: Question,
  streams: Streams,
  interruptions: Observable<unknown>,
): Observable<never> {
  const { retries: count, display } = question;
  const retries = new Subject<RetryNotice>();
  return requestAnswer(client, model, prompt, question).pipe(
    retryTransient({ count, notify: retries }), // only while nothing came, so that nothing is shown twice
    throwIfInterrupted(interruptions),
    printAnswer(display, retries, streams),
  );
}
