import {
  connect,
  endWith,
  ignoreElements,
  interval,
  map,
  merge,
  startWith,
  switchMap,
  takeUntil,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from 'rxjs';

/** A line that readers of an event stream skip; proxies that cut idle connections see that this one is alive. */
const comment = ': keep-alive\n\n';

/**
 * Emits a comment whenever an event stream has been silent for a while, before its first event, too.
 *
 * ```text
 * frames:  a------b--|
 * result:  a--c--cb--|   c = comment, duration = 3
 * ```
 *
 * Errors and completion pass through at once.
 *
 * @param duration Milliseconds of silence.
 */
export function commentWhenSilent(duration: number, scheduler: SchedulerLike): MonoTypeOperatorFunction<string> {
  return connect((frames) => {
    const comments = frames.pipe(
      startWith(''),
      switchMap(() => interval(duration, scheduler)),
      map(() => comment),
      takeUntil(frames.pipe(ignoreElements(), endWith(''))),
    );
    return merge(comments, frames);
  });
}
