import {
  animationFrames,
  asyncScheduler,
  defer,
  race,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { checkDuration, checkScheduler } from '../util/check.js';
import { conflate } from './conflate.js';

/** How long a hidden tab, which has no frames, waits between two values. */
const hiddenPause = 200;
/** About one frame of a screen, for runtimes that have none. */
const framePause = 16;

/**
 * Lets through what a screen can show: the first snapshot at once, then at most one per pause, the latest. The last
 * snapshot is always delivered.
 *
 * ```text
 * source:  -a-bc------d-|
 * result:  -a---c-----d-|   a pause of 4
 * ```
 *
 * A pause begins with each emission. After one in which nothing came the next snapshot is emitted at once again. A
 * snapshot that waits is emitted before completion and before an error; unsubscribing drops it.
 *
 * Of the three operators that pace what a screen shows this is the one for values that replace each other, such as
 * whole messages and views.
 *
 * @param duration The pause in milliseconds. Without it a pause lasts until the next animation frame or 200 ms,
 *   whichever is first, since hidden tabs have no frames; and 16 ms where there are no frames at all, as on a server.
 * @throws TypeError when `duration` is not a finite number, or negative.
 * @see {@link coalesceText} for increments, none of which may be lost.
 * @see {@link smoothText} to make increments come evenly; accumulate them behind it.
 * @see rxjs `auditTime`, which delays the first value too, and drops the one that waits when the source errors.
 */
export function throttleRender<T>(
  duration?: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  checkScheduler(scheduler);
  const fixed = duration === undefined ? undefined : timer(checkDuration('duration', duration), scheduler);
  return (source) =>
    defer(() => {
      const pause = fixed ?? nextFrame(scheduler);
      return source.pipe(
        conflate(
          (_, latest) => latest,
          () => pause,
        ),
      );
    });
}

function nextFrame(scheduler: SchedulerLike): Observable<unknown> {
  return typeof requestAnimationFrame === 'function'
    ? race(animationFrames(), timer(hiddenPause, scheduler))
    : timer(framePause, scheduler);
}
