import { asyncScheduler, map, pipe, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { checkDuration, checkScheduler } from '../util/check.js';
import { checkCalled, checkText } from '../util/misuse.js';
import { conflate } from './conflate.js';

/**
 * Emits the first text at once, then at most one text per pause: everything that arrived during the pause, joined. No
 * text is lost.
 *
 * ```text
 * source:  -a-bc------d-|
 * result:  -a---x-----d-|   a pause of 4; x = 'bc'
 * ```
 *
 * Each emission starts a pause. If nothing arrives during it, the next text is emitted at once again. Pending text is
 * emitted before completion and before an error, and dropped on unsubscribe.
 *
 * Use it to reduce the number of updates to a terminal, a log or a socket.
 *
 * @param duration The pause in milliseconds. With 0, texts of the same turn of the event loop are joined.
 * @throws TypeError if `duration` is negative or not a finite number.
 * @see {@link throttleRender} for snapshots, where only the latest matters.
 * @see {@link smoothText} for text that people read as it arrives: it spreads bursts out evenly.
 * @see rxjs `bufferTime` to receive the texts as a list, at fixed times.
 */
export function coalesceText(
  duration: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<string> {
  checkCalled('coalesceText', duration);
  checkScheduler(scheduler);
  const pause = timer(checkDuration('duration', duration), scheduler);
  return pipe(
    map((text: string) => checkText('coalesceText', text)),
    conflate(
      (pending, text) => pending + text,
      () => pause,
    ),
  );
}
