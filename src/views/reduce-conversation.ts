import {
  type ChatView,
  failedView,
  hasOutput,
  isFinal,
  queuedView,
  type ReplyStatus,
  streamIdOf,
  viewOf,
  waitingView,
} from './chat-view.js';
import type { ConversationPolicy, ConversationView, Turn } from './conversation.js';
import { hasRunOutput } from './view-run.js';

/** A conversation and its replies in flight. */
export interface Conversation {
  readonly view: ConversationView;
  readonly runs: readonly Run[];
}

/** One reply in flight; a new object for each request. */
export interface Run {
  readonly id: string;
  /** Index of its turn. It is stable: turns are only appended, or all replaced when nothing is in flight. */
  readonly place: number;
  /** Its turn before this request. */
  readonly turn: Turn;
  /** The answer before this request, shown again if the reply fails or is stopped without output. */
  readonly replaced: ReplyContent;
  /** Whether its turn was saved in flight, with the stream to replay. */
  readonly isReplay?: boolean;
}

/** What a reply shows of its answer. */
type ReplyContent = Pick<ChatView, 'message' | 'run' | 'streamId'>;

/** A change of a conversation. */
export type ConversationEvent =
  | PromptEvent
  | { readonly type: 'stop'; readonly id?: string | undefined }
  | { readonly type: 'regenerate'; readonly id?: string | undefined }
  | { readonly type: 'reset'; readonly turns?: readonly Turn[] | undefined }
  | { readonly type: 'reply'; readonly run: Run; readonly reply: ChatView }
  | { readonly type: 'end'; readonly run: Run };

interface PromptEvent {
  readonly type: 'send';
  readonly id: string;
  readonly prompt: Turn['prompt'];
  /** Why the prompt cannot be sent. */
  readonly failure?: unknown;
}

/**
 * Creates a conversation of saved turns. Of replies that were in flight when they were saved, those with a stream go on, and the
 * others are stopped.
 */
export function resume(turns: readonly Turn[]): Conversation {
  const resumed = turns.map((turn) => {
    const { reply } = turn;
    if (isFinal(reply)) {
      return turn;
    }
    return reply.streamId === undefined
      ? stopTurn(turn)
      : replyTo(turn, viewOf(isShown(reply) ? 'streaming' : 'waiting', reply.message, contentDetails(reply)));
  });
  const runs = resumed.flatMap((turn, place) =>
    isFinal(turn.reply) ? [] : [{ id: turn.id, place, turn, replaced: turn.reply, isReplay: true }],
  );
  return conversationOf(resumed, runs);
}

/**
 * Returns the conversation after an event: the same object if nothing changed. Replies to start or to end are those that
 * were added to `runs` or removed from it. Prompts that {@link ignoresPrompts} rules out must not be passed.
 */
export function reduceConversation(
  before: Conversation,
  event: ConversationEvent,
  policy: ConversationPolicy,
): Conversation {
  switch (event.type) {
    case 'send':
      return send(before, event, policy);
    case 'stop':
      return startQueued(stop(before, event.id));
    case 'regenerate':
      return regenerate(before, event.id);
    case 'reset':
      return resume(event.turns ?? []);
    case 'reply':
      return startQueued(showReply(before, event.run, event.reply));
    case 'end':
      return startQueued(leave(before, event.run));
  }
}

/** Returns whether the policy ignores a prompt sent now. */
export function ignoresPrompts({ runs }: Conversation, policy: ConversationPolicy): boolean {
  return policy === 'exhaust' && runs.length > 0;
}

/** Returns the turns that the model sees for a reply: the finished turns before it, and its own. */
export function turnsFor({ view }: Conversation, { place }: Run): readonly Turn[] {
  return view.turns.filter(({ reply }, index) => index === place || (index < place && isFinal(reply)));
}

function send(before: Conversation, { id, prompt, failure }: PromptEvent, policy: ConversationPolicy): Conversation {
  if (failure !== undefined) {
    return append(before, { id, prompt, reply: failedView(waitingView.message, failure) });
  }
  const turn = { id, prompt, reply: waitingView };
  const isBusy = before.runs.length > 0;
  switch (policy) {
    case 'switch':
      return start(append(stop(before), turn));
    case 'queue':
      return isBusy ? append(before, { ...turn, reply: queuedView }) : start(append(before, turn));
    case 'exhaust':
    case 'parallel':
      return start(append(before, turn));
  }
}

function regenerate(before: Conversation, id: string | undefined): Conversation {
  // A queued prompt has no reply yet that could be replaced.
  const place = before.view.turns.reduce(
    (found, turn, at) => (turn.reply.status !== 'queued' && (id === undefined || turn.id === id) ? at : found),
    -1,
  );
  return place === -1 ? before : start(before, place);
}

function append({ view, runs }: Conversation, turn: Turn): Conversation {
  return conversationOf([...view.turns, Object.freeze(turn)], runs);
}

/** Starts the reply of a turn, by default the last one, or restarts it. */
function start({ view, runs }: Conversation, place = view.turns.length - 1): Conversation {
  const others = runs.filter((run) => run.place !== place);
  const started = view.turns.slice(place, place + 1).map((turn) => {
    return { id: turn.id, place, turn, replaced: keptContent(turn.reply, runAt(runs, place)) };
  });
  return conversationOf(withReply(view.turns, place, waitingView), [...others, ...started]);
}

/** Starts the first queued reply if nothing is in flight. */
function startQueued(before: Conversation): Conversation {
  const place = before.runs.length === 0 ? before.view.turns.findIndex(({ reply }) => reply.status === 'queued') : -1;
  return place === -1 ? before : start(before, place);
}

/** Stops the unfinished replies, queued ones included, or only the reply with this `id`. */
function stop(before: Conversation, id?: string): Conversation {
  const isMeant = (turn: Turn): boolean => !isFinal(turn.reply) && (id === undefined || turn.id === id);
  const { turns } = before.view;
  return turns.some(isMeant)
    ? conversationOf(
        turns.map((turn, place) => (isMeant(turn) ? stopTurn(turn, runAt(before.runs, place)) : turn)),
        before.runs.filter((run) => id !== undefined && run.id !== id),
      )
    : before;
}

/** Shows the progress of a reply, unless it is no longer in flight. */
function showReply(before: Conversation, run: Run, reply: ChatView): Conversation {
  const { view, runs } = before;
  return !runs.includes(run) || view.turns[run.place]?.reply === reply
    ? before
    : conversationOf(
        withReply(view.turns, run.place, reply.status === 'failed' ? withKeptContent(reply, run) : reply),
        isFinal(reply) ? runs.filter((other) => other !== run) : runs,
      );
}

/** Ends a run whose reply is not final: it stays as it is, but is no longer in flight. */
function leave(before: Conversation, run: Run): Conversation {
  const { view, runs } = before;
  return runs.includes(run)
    ? conversationOf(
        withReply(
          view.turns,
          run.place,
          run.isReplay === true ? run.turn.reply : showKept('waiting', waitingView, run),
        ),
        runs.filter((other) => other !== run),
      )
    : before;
}

function conversationOf(turns: readonly Turn[], runs: readonly Run[]): Conversation {
  const last = turns.at(-1)?.reply;
  const view: ConversationView = Object.freeze({
    turns: Object.freeze(turns),
    active: Object.freeze(runs.map(({ id }) => id)),
    status: runs.length > 0 ? 'busy' : 'idle',
    ...(last && { last }),
  });
  return { view, runs };
}

function withReply(turns: readonly Turn[], place: number, reply: ChatView): readonly Turn[] {
  // Spread, because other ways to copy a frozen array are many times slower.
  const copy = [...turns];
  const turn = copy[place];
  if (turn !== undefined) {
    copy[place] = replyTo(turn, reply);
  }
  return copy;
}

function replyTo({ id, prompt }: Turn, reply: ChatView): Turn {
  return Object.freeze({ id, prompt, reply });
}

function stopTurn({ id, prompt, reply }: Turn, run?: Run): Turn {
  return Object.freeze({ id, prompt, reply: showKept('stopped', reply, run) });
}

function withKeptContent(reply: ChatView, run: Run): ChatView {
  const kept = keptContent(reply, run);
  return kept === reply ? reply : failedView(kept.message, reply.error, contentDetails(kept));
}

function showKept(status: ReplyStatus, reply: ChatView, run: Run | undefined): ChatView {
  const kept = keptContent(reply, run);
  return viewOf(status, kept.message, contentDetails(kept));
}

function contentDetails(content: ReplyContent): Pick<ChatView, 'run' | 'streamId'> {
  return { ...(content.run && { run: content.run }), ...streamIdOf(content) };
}

function runAt(runs: readonly Run[], place: number): Run | undefined {
  return runs.find((run) => run.place === place);
}

/** Returns the answer of a reply that ends early: without output, the one that it was to replace. */
function keptContent(reply: ChatView, run: Run | undefined): ReplyContent {
  return run !== undefined && !isShown(reply) && isShown(run.replaced) ? run.replaced : reply;
}

function isShown({ message, run }: ReplyContent): boolean {
  return run === undefined ? hasOutput(message) : hasRunOutput(run);
}
