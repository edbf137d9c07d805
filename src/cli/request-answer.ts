import type { Observable } from 'rxjs';
import type { Client, AnswerChunk } from '../index.node.js';
import type { Question } from './question.js';
import { requestChat } from './request-chat.js';
import { toSettings } from './to-settings.js';

/** Asks a model what the question says: a cold Observable of the answer's chunks, one request per subscription. */
export function requestAnswer(
  client: Client,
  model: string,
  prompt: string,
  question: Question,
): Observable<AnswerChunk> {
  return question.endpoint === 'completions'
    ? client.completions({ ...toSettings(model, question), prompt })
    : requestChat(client, model, [{ role: 'user', content: prompt }], question);
}
