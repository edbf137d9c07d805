import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  from,
  type Observable,
  type ObservableInput,
  type ObservableInputTuple,
  Subject,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { joinErrors } from '../errors/copy-error.js';
import { checkConfig, checkFunction, checkSources } from '../util/check.js';

/** Configuration of {@link fallback}. */
export interface FallbackConfig {
  /**
   * Whether to try the next source after this error; `index` is that of the failed source, from 0. By default every error
   * leads to the next source, since another model or server may accept what this one rejected.
   */
  readonly when?: ((error: unknown, index: number) => boolean) | undefined;
}

/**
 * Mirrors the first source, or if it fails before its first value, the next one.
 *
 * ```text
 * first:   --#
 * second:    --a-b|
 * result:  ----a-b|
 * ```
 *
 * After the first value errors pass through unchanged, since the next source would start the answer again. A role chunk is
 * a value too; with `textDeltas()` in each source only text is. If all sources fail, or `when` returns false, the error is
 * that of the last source tried; if several failed and it is an `LlmError`, its `errors` has all of them. The result
 * completes when a source completes, even without a value.
 *
 * ```ts
 * fallback([ask(best).pipe(retryTransient()), ask(cheap)], {
 *   when: (error) => isLlmError(error) && error.kind !== 'invalid_request',
 * });
 * ```
 *
 * @param sources Cold Observables, or anything rxjs can convert to one; each is subscribed to when the previous one has
 *   failed.
 * @throws TypeError if `sources` is not a non-empty list of such inputs, or `when` is not a function.
 * @see {@link raceToFirstText} to subscribe to all at once, {@link retryTransient} to repeat the same request.
 */
export function fallback<T extends readonly unknown[]>(
  sources: readonly [...ObservableInputTuple<T>],
  config: FallbackConfig = {},
): Observable<T[number]> {
  const candidates = checkSources(sources as readonly ObservableInput<T[number]>[]);
  checkConfig('fallback', config, ['when']);
  const { when = () => true } = config;
  checkFunction('when', when);

  return defer(() => {
    const failures: unknown[] = [];
    const completed = new Subject<void>();
    let silent = true;
    const leave = (error: unknown): Observable<never> => {
      if (!silent) {
        return throwError(() => error);
      }
      failures.push(error);
      const next = failures.length < candidates.length && when(error, failures.length - 1);
      return next ? EMPTY : throwError(() => joinErrors(failures));
    };
    return from(candidates).pipe(
      concatMap((source) => {
        const answer = tap<T[number]>({ next: () => (silent = false), complete: () => completed.next() });
        return from(source).pipe(answer, catchError(leave));
      }),
      takeUntil(completed),
    );
  });
}
