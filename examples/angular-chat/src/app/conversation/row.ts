import type { StreamTiming, Turn } from 'rxllm';
import type { Lane } from './lane';

/** A prompt and the replies of all models that it was sent to. */
export interface Row {
  readonly id: string;
  readonly prompt: string;
  readonly replies: readonly Reply[];
}

/** The reply of one model. */
export interface Reply {
  readonly model: string;
  readonly turn: Turn;
  readonly timing: StreamTiming | undefined;
  /** Whether it is the last of its model, which alone can be asked for again. */
  readonly isLast: boolean;
}

/** Puts the turns of all lanes side by side, by their ids, in the order of the prompts. */
export function rowsOf(lanes: readonly Lane[]): readonly Row[] {
  const replies = new Map<string, Reply[]>();
  for (const { model, turns, timings } of lanes) {
    for (const turn of turns()) {
      const reply = { model, turn, timing: timings()[turn.id], isLast: turn === turns().at(-1) };
      replies.set(turn.id, [...(replies.get(turn.id) ?? []), reply]);
    }
  }
  return [...replies]
    .map(([id, together]) => ({ id, prompt: String(together[0]?.turn.prompt ?? ''), replies: together }))
    .sort((one, other) => Number(one.id) - Number(other.id));
}
