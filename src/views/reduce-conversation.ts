import { type ChatView, queuedView, viewOf, waitingView } from './chat-view.js';
import type { Turn } from './conversation.js';
import { advance, append, begin, type Conversation, resume, type Run, show, stop } from './conversation-state.js';
import type { ConversationPolicy } from './converse-config.js';

/** What happens to a conversation. A prompt with a `failure` cannot be asked. */
export type ConversationEvent =
  | PromptEvent
  | { readonly type: 'stop'; readonly id?: string | undefined }
  | { readonly type: 'regenerate'; readonly id?: string | undefined }
  | { readonly type: 'reset'; readonly turns?: readonly Turn[] | undefined }
  | { readonly type: 'reply'; readonly run: Run; readonly reply: ChatView };

interface PromptEvent {
  readonly type: 'send';
  readonly id: string;
  readonly prompt: Turn['prompt'];
  readonly failure?: unknown;
}

/** Whether a prompt is to have no effect now. {@link reduceConversation} takes only those that have one. */
export function ignoresPrompts({ runs }: Conversation, policy: ConversationPolicy): boolean {
  return policy === 'exhaust' && runs.length > 0;
}

/** The conversation after an event: the same object when nothing changed. Which replies begin and end shows in `runs`. */
export function reduceConversation(
  before: Conversation,
  event: ConversationEvent,
  policy: ConversationPolicy,
): Conversation {
  switch (event.type) {
    case 'send':
      return send(before, event, policy);
    case 'stop':
      return advance(stop(before, event.id));
    case 'regenerate':
      return regenerate(before, event.id);
    case 'reset':
      return resume(event.turns ?? []);
    case 'reply':
      return advance(show(before, event.run, event.reply));
  }
}

function send(before: Conversation, { id, prompt, failure }: PromptEvent, policy: ConversationPolicy): Conversation {
  if (failure !== undefined) {
    return append(before, { id, prompt, reply: viewOf('failed', waitingView.message, { error: failure }) });
  }
  const turn = { id, prompt, reply: waitingView };
  const isBusy = before.runs.length > 0;
  switch (policy) {
    case 'switch':
      return begin(append(stop(before), turn));
    case 'queue':
      return isBusy ? append(before, { ...turn, reply: queuedView }) : begin(append(before, turn));
    case 'exhaust':
    case 'parallel':
      return begin(append(before, turn));
  }
}

function regenerate(before: Conversation, id: string | undefined): Conversation {
  // A queued prompt was not answered yet, so there is nothing to regenerate.
  const place = before.view.turns.reduce(
    (found, turn, at) => (turn.reply.status !== 'queued' && (id === undefined || turn.id === id) ? at : found),
    -1,
  );
  return place === -1 ? before : begin(before, place);
}
