import type { SchedulerLike } from 'rxjs';
import { check } from '../../operators/check.js';

/** Checks the field `scheduler` of a configuration. */
export function checkScheduler(value: SchedulerLike | null): void {
  check(typeof value?.schedule === 'function', 'scheduler', 'an rxjs scheduler', value);
}
