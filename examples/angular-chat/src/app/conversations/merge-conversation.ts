import type { Turn } from 'rxllm';
import type { SavedConversation, SavedLane } from './saved-conversation';

/** The state of a conversation in this tab, while other tabs may continue it too. */
export interface HeldConversation extends SavedConversation {
  /** Whether a turn changed in this tab since it was last saved or read. */
  readonly isOwn: (model: string, id: string) => boolean;
}

/** Merges the turns of a conversation: of each turn, this tab's version if it changed here, else the stored one if any. */
export function mergeConversation({ isOwn, ...held }: HeldConversation, stored: SavedConversation): SavedConversation {
  const models = new Set([...stored.lanes, ...held.lanes].map(({ model }) => model));
  return {
    ...held,
    title: stored.title || held.title,
    lanes: [...models].map((model) => {
      const [ours, theirs] = [held, stored].map(({ lanes }) => lanes.find((lane) => lane.model === model));
      return mergeLane(ours ?? emptyLane(model), theirs ?? emptyLane(model), (id) => isOwn(model, id));
    }),
  };
}

function mergeLane(ours: SavedLane, theirs: SavedLane, isOwn: (id: string) => boolean): SavedLane {
  const own = ours.turns.filter(({ id }) => isOwn(id));
  const turns = new Map([...ours.turns, ...theirs.turns, ...own].map((turn): [string, Turn] => [turn.id, turn]));
  const streams = new Map(theirs.turns.map(({ id, reply }) => [id, reply.streamId]));
  // A reply that was taken up here was timed by the tab that asked.
  const isTakenUp = (id: string): boolean => {
    const stream = turns.get(id)?.reply.streamId;
    return stream !== undefined && stream === streams.get(id);
  };
  const timings = [
    ...Object.entries(theirs.timings).filter(([id]) => !isOwn(id) || isTakenUp(id)),
    ...Object.entries(ours.timings).filter(([id]) => isOwn(id) || !streams.has(id)),
  ];
  return {
    model: ours.model,
    turns: [...turns.values()].sort((one, other) => Number(one.id) - Number(other.id)),
    timings: Object.fromEntries(timings),
  };
}

function emptyLane(model: string): SavedLane {
  return { model, turns: [], timings: {} };
}
