import { parseJson } from '../util/parse-json.js';
import { joinDeltas } from './join-deltas.js';
import type { LogEntry } from './stream-log.js';

/** Neighbouring entries that become one. */
interface Run {
  readonly last: LogEntry;
  /** The parsed data of the only entry, or of all joined. */
  readonly value: unknown;
  readonly isJoined: boolean;
}

/**
 * Joins neighbouring entries of one name that only add text, for a reader that is behind. The joined entry has the number of
 * the last. All other entries stay as they are.
 *
 * @see {@link joinDeltas} for what is joined.
 */
export function joinEntries(entries: readonly LogEntry[]): readonly LogEntry[] {
  const runs: Run[] = [];
  for (const last of entries) {
    const value = parseJson(last.data);
    const run = runs.at(-1);
    const deltas = run?.last.event === last.event ? joinDeltas(run?.value, value) : undefined;
    if (deltas === undefined) {
      runs.push({ last, value, isJoined: false });
    } else {
      runs[runs.length - 1] = { last, value: deltas.value, isJoined: true };
    }
  }
  return runs.map(({ last, value, isJoined }) => (isJoined ? { ...last, data: JSON.stringify(value) } : last));
}
