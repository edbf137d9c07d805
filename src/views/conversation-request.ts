import { defer, type Observable } from 'rxjs';
import type { Client } from '../client/create-client.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage, UserContent } from '../schemas/chat-message.js';
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
 * Converts earlier turns to the messages of a request: each prompt, and the text of its reply as far as it was shown, also
 * if the reply was stopped or failed. A reply without text leaves its prompt only. Reasoning is left out, and so are tool
 * calls, since their results are unknown.
 *
 * Some models refuse a prompt that follows another without an answer between them, and a prompt that was refused, such as one
 * that is too long, would be refused again with each later one. To leave out such turns:
 *
 * ```ts
 * const answered = (turns: readonly Turn[]) => turns.filter(({ reply }) => reply.message.content !== '');
 * converse(client, { request, history: (turns) => historyOf(answered(turns).slice(-10)) });
 * ```
 */
export function historyOf(turns: readonly Turn[]): readonly ChatMessage[] {
  return turns.flatMap(({ prompt, reply: { message } }): readonly ChatMessage[] => {
    // Anthropic and Kimi refuse a message of white space, and with it every later request of the conversation.
    const content = [message.content, message.refusal].find((text) => text.trim() !== '');
    return [
      { role: 'user', content: prompt },
      ...(content === undefined ? [] : [{ role: 'assistant', content } as const]),
    ];
  });
}

/**
 * Returns the text of a prompt, for a screen: the prompt itself, or its parts of text on lines of their own. Images, audio
 * and files are left out.
 *
 * ```ts
 * class Chat {
 *   readonly promptText = promptText; // {{ promptText(turn.prompt) }}
 * }
 * ```
 */
export function promptText(prompt: UserContent): string {
  return typeof prompt === 'string'
    ? prompt
    : prompt.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n');
}
