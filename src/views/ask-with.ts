import { defer, type Observable } from 'rxjs';
import type { Client } from '../client/create-client.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import { accumulateView } from './accumulate-view.js';
import type { ChatView } from './chat-view.js';
import type { Turn } from './conversation.js';
import type { ConverseConfig } from './converse-config.js';
import { historyOf } from './history-of.js';

/**
 * Asks a client for the replies of a conversation.
 *
 * @returns A function that gives the reply to a prompt, from the turns its model sees, that of the prompt last. What a
 *   callback of the configuration throws makes a failed reply.
 */
export function askWith(
  client: Pick<Client, 'chat'>,
  { request, system, history = historyOf, retry = {}, scheduler }: ConverseConfig,
): (prompt: Turn['prompt'], turns: readonly Turn[]) => Observable<ChatView> {
  const accumulate = accumulateView({
    retry: retry === false ? false : { ...retry, scheduler: retry.scheduler ?? scheduler },
  });
  const instructions: readonly ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }];

  const requestFor = (prompt: Turn['prompt'], turns: readonly Turn[]): ChatCompletionRequest => ({
    ...(typeof request === 'function' ? request(turns) : request),
    messages: [...instructions, ...history(turns.slice(0, -1)), { role: 'user', content: prompt }],
  });

  return (prompt, turns) => {
    // Every attempt asks the same, whatever else was answered meanwhile.
    let asked: ChatCompletionRequest | undefined;
    return defer(() => client.chat((asked ??= requestFor(prompt, turns)))).pipe(accumulate);
  };
}
