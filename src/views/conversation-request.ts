import { defer, type Observable } from 'rxjs';
import type { Client } from '../client/create-client.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import { accumulateView } from './accumulate-view.js';
import type { ChatView } from './chat-view.js';
import type { ConverseConfig, Turn } from './conversation.js';

/**
 * Creates a function that requests the reply to a prompt, given the turns that the model sees, the last of which belongs
 * to the prompt. An error thrown by a callback of the configuration becomes a failed reply.
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
    // All attempts send the same request, even if other turns have changed meanwhile.
    let sent: ChatCompletionRequest | undefined;
    return defer(() => client.chat((sent ??= requestFor(prompt, turns)))).pipe(accumulate);
  };
}

/**
 * Converts earlier turns to the messages of a request: each prompt, and the text of its reply. The text of a stopped reply
 * is included. A turn whose reply failed or has no text is left out with its prompt, because many models require that user
 * and assistant messages alternate.
 *
 * ```ts
 * converse(client, { request, history: (turns) => historyOf(turns.slice(-10)) });
 * ```
 */
export function historyOf(turns: readonly Turn[]): readonly ChatMessage[] {
  return turns.flatMap(({ prompt, reply: { status, message } }): readonly ChatMessage[] => {
    const content = message.content || message.refusal;
    return status === 'failed' || content === ''
      ? []
      : [
          { role: 'user', content: prompt },
          { role: 'assistant', content },
        ];
  });
}
