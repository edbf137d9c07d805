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
import { checkCalled } from '../util/misuse.js';
import { virtualTime } from '../util/virtual-time.js';
import { conflate } from './conflate.js';

/** The pause in a hidden tab, which has no frames. */
const hiddenPause = 200;
/** About one frame, for runtimes without `requestAnimationFrame`. */
const framePause = 16;

/**
 * Emits the first snapshot at once, then at most one per pause: the latest. The last snapshot is always emitted.
 *
 * ```text
 * source:  -a-bc------d-|
 * result:  -a---c-----d-|   a pause of 4
 * ```
 *
 * Each emission starts a pause. If nothing arrives during it, the next snapshot is emitted at once again. A pending
 * snapshot is emitted before completion and before an error, and dropped on unsubscribe.
 *
 * Use it for values that replace each other, such as messages and views.
 *
 * @param duration The pause in milliseconds. By default a pause lasts until the next animation frame, but at most 200 ms,
 *   since hidden tabs have no frames; and 16 ms in runtimes without animation frames, such as servers.
 * @throws TypeError if `duration` is negative or not a finite number.
 * @see {@link coalesceText} for increments, none of which may be lost.
 * @see {@link smoothText} to spread increments evenly; accumulate them after it.
 * @see rxjs `auditTime`, which also delays the first value, and drops the pending one if the source errors.
 */
export function throttleRender<T>(
  duration?: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  checkCalled('throttleRender', duration);
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

/** Emits at the next animation frame, or about when it would be. */
export function nextFrame(scheduler: SchedulerLike = asyncScheduler): Observable<unknown> {
  return (virtualTime()?.isAnimated() ?? typeof requestAnimationFrame === 'function')
    ? race(animationFrames(), timer(hiddenPause, scheduler))
    : timer(framePause, scheduler);
}
