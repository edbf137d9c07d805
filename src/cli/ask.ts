import { concatMap, defer, type Observable, of, switchMap } from 'rxjs';
import { adviseOnModel } from './advise-on-model.js';
import { chooseServer } from './choose-server.js';
import { printAnswer } from './print-answer.js';
import type { Question } from './question.js';
import { readPrompt } from './read-prompt.js';
import { requestAnswer } from './request-answer.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';

/** Reads the prompt, asks a model and prints the answer as it comes. Emits nothing; completes when all is written. */
export function ask(question: Question, streams: Streams): Observable<never> {
  return defer(() => {
    const connect = chooseServer(question.server, streams.stderr);
    return readPrompt(question.words, streams).pipe(
      switchMap((prompt) => connect((server) => askServer(server, prompt, question, streams))),
    );
  });
}

function askServer(server: Server, prompt: string, question: Question, streams: Streams): Observable<never> {
  const { model: named, endpoint, display } = question;
  return (named === undefined ? server.defaultModel(endpoint) : of(named)).pipe(
    concatMap((model) => requestAnswer(server.client, model, prompt, question).pipe(printAnswer(display, streams))),
    adviseOnModel(server),
  );
}
