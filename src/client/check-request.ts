import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { CompletionRequest } from '../schemas/completion.js';

/** @throws {TypeError} Naming the field that a request to `/chat/completions` lacks or cannot have. */
export function checkChatRequest(request: ChatCompletionRequest): void {
  checkModel(request, 'chat()');
  checkStream(request, 'chat()');
  const messages: unknown = request.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new TypeError("chat() needs messages: a list such as [{ role: 'user', content: 'Hello' }]");
  }
  messages.forEach((message: unknown, place) => {
    if (typeof message !== 'object' || message === null || typeof (message as { role?: unknown }).role !== 'string') {
      throw new TypeError(`chat() needs messages[${place}] to be an object with a role, such as 'user'`);
    }
  });
}

/** @throws {TypeError} Naming the field that a request to `/completions` lacks or cannot have. */
export function checkCompletionRequest(request: CompletionRequest): void {
  checkModel(request, 'completions()');
  checkStream(request, 'completions()');
  const prompt: unknown = request.prompt;
  if (!(typeof prompt === 'string' || (Array.isArray(prompt) && prompt.length > 0))) {
    throw new TypeError('completions() needs prompt: a text, or a list of texts or token ids');
  }
}

function checkModel(request: unknown, where: string): void {
  if (typeof request !== 'object' || request === null) {
    throw new TypeError(`${where} takes a request object`);
  }
  const { model } = request as { model?: unknown };
  if (typeof model !== 'string' || model === '') {
    throw new TypeError(`${where} needs model: the name of a model, such as those that models() gives`);
  }
}

function checkStream({ stream }: { readonly stream?: unknown }, where: string): void {
  if (stream !== undefined && stream !== true) {
    throw new TypeError(
      `${where} always asks for a stream: leave stream out, and use toMessage() for the whole message`,
    );
  }
}
