import { mergeMap, type MonoTypeOperatorFunction, type Observable, takeUntil, throwError } from 'rxjs';
import { InterruptedError } from '../errors.js';

/**
 * Mirrors the source until an interruption, which becomes an {@link InterruptedError}. Unlike unsubscribing, an error lets
 * the operators downstream print the text they still hold.
 */
export function throwIfInterrupted<T>(interruptions: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return takeUntil(interruptions.pipe(mergeMap(() => throwError(() => new InterruptedError()))));
}
