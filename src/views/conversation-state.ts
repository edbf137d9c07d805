import { type ChatView, isFinal, viewOf, waitingView } from './chat-view.js';
import type { ConversationView, Turn } from './conversation.js';

/** One reply in flight; another object each time a prompt is asked. */
export interface Run {
  readonly id: string;
  readonly prompt: Turn['prompt'];
  /** Where its turn stands: turns are only ever appended, or replaced all together, when nothing is in flight. */
  readonly place: number;
}

/** A conversation and its replies in flight. */
export interface Conversation {
  readonly view: ConversationView;
  readonly runs: readonly Run[];
}

/** A conversation of given turns in which nothing is in flight: replies that were when the turns were saved are stopped. */
export function resume(turns: readonly Turn[]): Conversation {
  return conversationOf(
    turns.map((turn) => (isFinal(turn.reply) ? turn : stopTurn(turn))),
    [],
  );
}

/** Adds a turn at the end. */
export function append({ view, runs }: Conversation, turn: Turn): Conversation {
  return conversationOf([...view.turns, Object.freeze(turn)], runs);
}

/** Begins the reply of the turn at a place, or begins it anew; by default that of the last turn. */
export function begin({ view, runs }: Conversation, place = view.turns.length - 1): Conversation {
  const others = runs.filter((run) => run.place !== place);
  const begun = view.turns.slice(place, place + 1).map(({ id, prompt }) => ({ id, prompt, place }));
  return conversationOf(withReply(view.turns, place, waitingView), [...others, ...begun]);
}

/** Stops the replies that are not at their end, or only that of `id`; queued ones are begun no more. */
export function stop(before: Conversation, id?: string): Conversation {
  const isMeant = (turn: Turn): boolean => !isFinal(turn.reply) && (id === undefined || turn.id === id);
  const { turns } = before.view;
  return turns.some(isMeant)
    ? conversationOf(
        turns.map((turn) => (isMeant(turn) ? stopTurn(turn) : turn)),
        before.runs.filter((run) => id !== undefined && run.id !== id),
      )
    : before;
}

/** Shows how far a reply is; one that is no longer in flight shows nothing. */
export function show(before: Conversation, run: Run, reply: ChatView): Conversation {
  const { view, runs } = before;
  return !runs.includes(run) || view.turns[run.place]?.reply === reply
    ? before
    : conversationOf(
        withReply(view.turns, run.place, reply),
        isFinal(reply) ? runs.filter((other) => other !== run) : runs,
      );
}

/** Begins the first queued reply once nothing is in flight. */
export function advance(before: Conversation): Conversation {
  const place = before.runs.length === 0 ? before.view.turns.findIndex(({ reply }) => reply.status === 'queued') : -1;
  return place === -1 ? before : begin(before, place);
}

/** The turns that the model of a reply sees: those before it that are at their end, and at last its own. */
export function turnsFor({ view }: Conversation, { place }: Run): readonly Turn[] {
  return view.turns.filter(({ reply }, index) => index === place || (index < place && isFinal(reply)));
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
  // Spread, because other ways to copy or to search a frozen array cost many times more.
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

function stopTurn(turn: Turn): Turn {
  return replyTo(turn, viewOf('stopped', turn.reply.message));
}
