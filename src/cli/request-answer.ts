import type { Observable } from 'rxjs';
import type { ChatMessage, Client, TextChunk } from '../index.node.js';
import type { Question } from './question.js';

/** Asks a model what the question says: a cold Observable of the answer's chunks, one request per subscription. */
export function requestAnswer(
  client: Client,
  model: string,
  prompt: string,
  { endpoint, system, temperature, maxTokens }: Question,
): Observable<TextChunk> {
  const settings = {
    model,
    ...(temperature === undefined ? {} : { temperature }),
    // The newer max_completion_tokens is unknown to many servers.
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
  return endpoint === 'completions'
    ? client.completions({ ...settings, prompt })
    : client.chat({ ...settings, messages: toMessages(prompt, system) });
}

function toMessages(prompt: string, system: string | undefined): readonly ChatMessage[] {
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    { role: 'user', content: prompt },
  ];
}
