import { defer, finalize, fromEvent, merge, type Observable, takeUntil } from 'rxjs';
import { inputFailure } from './input-failure.js';

/**
 * Reads a stream as text, piece by piece, to its end. Then, or when it is unsubscribed, the stream is closed, so that it
 * does not keep the process running. One that cannot be read is a {@link Failure}.
 */
export function readInput(input: NodeJS.ReadStream): Observable<string> {
  return defer(() => {
    input.setEncoding('utf8');
    return merge(inputFailure(input), fromEvent(input, 'data') as Observable<string>).pipe(
      takeUntil(fromEvent(input, 'end')),
      finalize(() => input.destroy()),
    );
  });
}
