import type { ChatMessage } from '../schemas/chat-message.js';
import type { Turn } from './conversation.js';

/**
 * The messages of earlier turns as a request sends them: each prompt, and the text of its reply. Partial replies that were
 * stopped count. A turn whose reply failed or holds no text is left out whole, since many models insist that user
 * and assistant alternate.
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
