import { mergeMap, type MonoTypeOperatorFunction, type Observable, takeUntil, throwError } from 'rxjs';
import { Interrupted } from './interrupted.js';

/**
 * Passes everything through, until an interruption becomes an {@link Interrupted} error. Unlike unsubscribing, that lets
 * those after it in the pipe show the text they still hold.
 */
export function throwIfInterrupted<T>(interruptions: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return takeUntil(interruptions.pipe(mergeMap(() => throwError(() => new Interrupted()))));
}
