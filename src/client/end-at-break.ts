import { catchError, defer, EMPTY, type OperatorFunction, throwError } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';

/**
 * Applies a stage that reads an answer, to which a broken connection is as good as an end: where the answer is whole, that
 * completes it, and otherwise the `ConnectionError` goes on. Not every `fetch` tells a broken connection from an end, so a
 * difference made here would be one between transports.
 */
export function endAtBreak<T, R>(stage: OperatorFunction<T, R>): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      let lost: { readonly error: unknown } | undefined;
      return source.pipe(
        catchError((error: unknown) => {
          if (!isLlmError(error) || error.kind !== 'connection') {
            return throwError(() => error);
          }
          lost = { error };
          return EMPTY;
        }),
        stage,
        catchError((error: unknown) =>
          throwError(() => (lost !== undefined && isUnfinished(error) ? lost.error : error)),
        ),
      );
    });
}

/** Whether an error says no more than that something is missing; a server's own word says more. */
function isUnfinished(error: unknown): boolean {
  return isLlmError(error) && ['truncated', 'protocol', 'parse'].includes(error.kind);
}
