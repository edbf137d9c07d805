import type { Observable } from 'rxjs';
import type { ChatMessage, Client, AnswerChunk } from '../index.node.js';
import type { Question } from './question.js';
import { toSettings } from './to-settings.js';

/** Has a model answer the last of some messages, behind the question's system message: a cold Observable of chunks. */
export function requestChat(
  client: Client,
  model: string,
  messages: readonly ChatMessage[],
  question: Question,
): Observable<AnswerChunk> {
  const { system } = question;
  const instructions = system === undefined ? [] : [{ role: 'system', content: system } as const];
  return client.chat({ ...toSettings(model, question), messages: [...instructions, ...messages] });
}
