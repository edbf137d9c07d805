import type { Message } from '../chunks/message.js';
import type { RetryNotice } from '../operators/retry-with-backoff.js';
import { type ChatView, viewOf } from './chat-view.js';

/** What happens to a reply. */
export type ReplyEvent =
  | { readonly type: 'attempt' }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'retry'; readonly notice: RetryNotice }
  | { readonly type: 'done'; readonly message: Message }
  | { readonly type: 'failed'; readonly error: unknown };

/** The view after an event: the same object when it shows nothing new. */
export function reduceView(view: ChatView, event: ReplyEvent): ChatView {
  const { status, message } = view;
  switch (event.type) {
    case 'attempt':
      // Text of the attempt that broke stays on the screen, and is no answer that this one waits behind.
      return status === 'retrying' && !hasOutput(message) ? viewOf('waiting', message) : view;
    case 'message':
      return event.message === message ? view : showMessage(view, event.message);
    case 'retry':
      return viewOf('retrying', message, { retry: event.notice });
    case 'done':
      return viewOf('done', event.message);
    case 'failed':
      return viewOf('failed', message, { error: event.error });
  }
}

function showMessage(view: ChatView, message: Message): ChatView {
  if (view.status === 'streaming' || hasOutput(message)) {
    return viewOf('streaming', message);
  }
  // A new attempt's first words replace those of the one that broke; its empty beginning would only make them flicker.
  return view.status === 'retrying' ? view : viewOf('waiting', message);
}

function hasOutput({ content, reasoning, refusal, toolCalls, functionCall, extra }: Message): boolean {
  return (
    content + reasoning + refusal !== '' ||
    toolCalls.length > 0 ||
    functionCall !== undefined ||
    Object.hasOwn(extra, 'audio')
  );
}
