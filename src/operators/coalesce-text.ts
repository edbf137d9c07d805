import { asyncScheduler, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { checkDuration, checkScheduler } from '../util/check.js';
import { conflate } from './conflate.js';

/**
 * Emits the first text at once, then at most one per pause: all that came during the pause, joined. Nothing is lost, so
 * the emissions joined are the source's texts joined.
 *
 * ```text
 * source:  -a-bc------d-|
 * result:  -a---x-----d-|   a pause of 4; x = 'bc'
 * ```
 *
 * A pause begins with each emission. After one in which nothing came the next text is emitted at once again. What is
 * pending is emitted before completion and before an error; unsubscribing drops it.
 *
 * Of the three operators that pace what a screen shows this is the one for fewer updates: a terminal, a log, a socket.
 *
 * @param duration The pause in milliseconds. With 0 the texts of one turn of the event loop are joined.
 * @throws TypeError when `duration` is not a finite number, or negative.
 * @see {@link throttleRender} for snapshots, of which only the latest matters.
 * @see {@link smoothText} for text that people read as it comes: bursts are spread out instead of shown in one go.
 * @see rxjs `bufferTime` to receive the texts as a list, at fixed times.
 */
export function coalesceText(
  duration: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<string> {
  checkScheduler(scheduler);
  const pause = timer(checkDuration('duration', duration), scheduler);
  return conflate(
    (pending, text) => pending + text,
    () => pause,
  );
}
