import { catchError, mergeMap, type MonoTypeOperatorFunction, throwError } from 'rxjs';
import { isLlmError } from '../index.node.js';
import { describeError } from './describe-error.js';
import { Failure } from './failure.js';
import type { Server } from './server.js';

/** Where a model, or its endpoint, is not found, asks the server what there is, and errors with that. */
export function adviseOnModel<T>({ modelAdvice }: Server): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!isLlmError(error) || error.kind !== 'not_found') {
      return throwError(() => error);
    }
    const said = describeError(error);
    return modelAdvice(said).pipe(mergeMap((advice) => throwError(() => new Failure(`${said}. ${advice}`))));
  });
}
