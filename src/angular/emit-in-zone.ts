import type { NgZone } from '@angular/core';
import { map, type MonoTypeOperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import { conflate } from '../operators/conflate.js';
import { nextFrame } from '../operators/throttle-render.js';
import { emitAll, operate } from '../util/operate.js';

/**
 * Emits inside a zone: the first value at once, then the values of each frame together, so that a frame has one change
 * detection. Values that are pending are emitted before completion and before an error.
 */
export function emitInZone<T>(zone: NgZone, scheduler?: SchedulerLike): MonoTypeOperatorFunction<T> {
  return pipe(
    map((value: T) => [value]),
    conflate(
      (pending, values) => {
        pending.push(...values);
        return pending;
      },
      () => nextFrame(scheduler),
    ),
    operate((destination) => ({
      next: (values) => zone.run(() => emitAll(values, destination)),
      error: (error) => zone.run(() => destination.error(error)),
      complete: () => zone.run(() => destination.complete()),
    })),
  );
}
