import type { Turn } from 'rxllm';
import type { SavedConversation, SavedLane } from './saved-conversation';

/** What a page holds of a conversation that other tabs may go on with too. */
export interface HeldConversation extends SavedConversation {
  /** Whether a turn changed in this page since it was saved, or read, last. */
  readonly isOwn: (model: string, id: string) => boolean;
}

/** All turns of a conversation: the page's own, those that other tabs saved, and what else the page holds. */
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
