import { fromEvent, mergeMap, type Observable, throwError } from 'rxjs';
import { Failure } from './failure.js';

/** Emits nothing; errors with a {@link Failure} when what reads standard input says that it cannot. */
export function inputFailure(input: NodeJS.EventEmitter): Observable<never> {
  return fromEvent(input, 'error').pipe(
    mergeMap((error) => throwError(() => new Failure(`Standard input cannot be read: ${(error as Error).message}.`))),
  );
}
