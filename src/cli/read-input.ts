import { defer, finalize, fromEvent, merge, mergeMap, type Observable, takeUntil, throwError } from 'rxjs';
import { Failure } from './failure.js';

/**
 * Reads a stream as text, piece by piece, to its end. Then, or when it is unsubscribed, the stream is closed, so that it
 * does not keep the process running. One that cannot be read is a {@link Failure}.
 */
export function readInput(input: NodeJS.ReadStream): Observable<string> {
  return defer(() => {
    input.setEncoding('utf8');
    const failed = fromEvent(input, 'error').pipe(
      mergeMap((error) => throwError(() => new Failure(`Standard input cannot be read: ${(error as Error).message}.`))),
    );
    return merge(failed, fromEvent(input, 'data') as Observable<string>).pipe(
      takeUntil(fromEvent(input, 'end')),
      finalize(() => input.destroy()),
    );
  });
}
