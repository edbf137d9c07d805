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
  const times = Object.entries(ours.timings).filter(([id]) => isOwn(id));
  return {
    model: ours.model,
    turns: [...turns.values()].sort((one, other) => Number(one.id) - Number(other.id)),
    timings: { ...ours.timings, ...theirs.timings, ...Object.fromEntries(times) },
  };
}

function emptyLane(model: string): SavedLane {
  return { model, turns: [], timings: {} };
}
