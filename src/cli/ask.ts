import { concatMap, defer, type Observable, of, switchMap } from 'rxjs';
import type { ChatMessage } from '../index.node.js';
import { adviseOnModel } from './advise-on-model.js';
import { chooseServer } from './choose-server.js';
import { printAnswer } from './print-answer.js';
import type { Question } from './question.js';
import { readPrompt } from './read-prompt.js';
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
  const { model: named, system, temperature, maxTokens, display } = question;
  const request = {
    messages: toMessages(prompt, system),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
  return (named === undefined ? server.defaultModel : of(named)).pipe(
    concatMap((model) => server.client.chat({ model, ...request }).pipe(printAnswer(display, streams))),
    adviseOnModel(server),
  );
}

function toMessages(prompt: string, system: string | undefined): readonly ChatMessage[] {
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    { role: 'user', content: prompt },
  ];
}
