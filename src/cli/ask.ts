import { concatMap, defer, type Observable, of, switchMap } from 'rxjs';
import type { ChatMessage } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { chooseServer } from './choose-server.js';
import type { Question } from './parse-arguments.js';
import { printAnswer } from './print-answer.js';
import { readPrompt } from './read-prompt.js';
import type { Server } from './server.js';
import type { Streams } from './streams.js';

/** Reads the prompt, asks a model and prints the answer as it comes. Emits nothing; completes when all is written. */
export function ask(question: Question, streams: Streams): Observable<never> {
  return defer(() => {
    const connect = chooseServer(question.baseURL, streams.stderr);
    return readPrompt(question.words, streams).pipe(
      switchMap((prompt) => connect((server) => askServer(server, prompt, question, streams))),
    );
  });
}

function askServer(server: Server, prompt: string, question: Question, streams: Streams): Observable<never> {
  const { model: named, system, stats } = question;
  const messages = toMessages(prompt, system);
  return (named === undefined ? server.defaultModel : of(named)).pipe(
    concatMap((model) => server.client.chat({ model, messages }).pipe(printAnswer(stats, streams))),
    adviseOnModel(server),
  );
}

function toMessages(prompt: string, system: string | undefined): readonly ChatMessage[] {
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    { role: 'user', content: prompt },
  ];
}
