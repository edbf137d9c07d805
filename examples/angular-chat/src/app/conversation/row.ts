import type { StreamTiming, Turn } from 'rxllm';
import type { Lane } from './lane';

/** A prompt and the replies of all models it was sent to. */
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
  /** Whether this is the last reply of its model; only that can be regenerated. */
  readonly isLast: boolean;
}

/** Groups the turns of all lanes by id into rows, in the order of the prompts. */
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
