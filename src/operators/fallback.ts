import { defer, EMPTY, type Observable, type ObservableInput, type ObservableInputTuple, of, retry, tap, throwError } from 'rxjs';
import { joinErrors } from '../errors/join-errors.js';
import { checkConfig, checkFunction, checkSources } from '../util/check.js';

/** When {@link fallback} moves on. */
export interface FallbackConfig {
  /**
   * Whether to try the next source after this error; `index` is that of the source that failed, 0 for the first.
   * Default: after any error, since another model or server may do what this one refused.
   */
  readonly when?: ((error: unknown, index: number) => boolean) | undefined;
}

/**
 * Emits the first source, or where it fails the next, as long as nothing was emitted.
 *
 * ```text
 * first:   --#
 * second:    --a-b|
 * result:  ----a-b|
 * ```
 *
 * Once something was emitted an error passes unchanged, for the next source would begin from the start. Chunks count
 * from the role on; behind `textDeltas()` only text does. When all failed, or `when` says no, the error is that of the
 * last source tried; if several failed, an `LlmError` has all their errors as `errors`. A source that completes ends
 * it, also without a value.
 *
 * ```ts
 * fallback([ask(best).pipe(retryTransient()), ask(cheap)], {
 *   when: (error) => isLlmError(error) && error.kind !== 'invalid_request',
 * });
 * ```
 *
 * @param sources Cold Observables, or whatever rxjs can make one of; each is subscribed once the one before failed.
 * @throws TypeError when `sources` is no list, or an empty one, or holds what is no source, or `when` is no function.
 * @see {@link raceToFirstText} to ask all at once, {@link retryTransient} to ask the same again.
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
    let silent = true;
    return defer(() => candidates[failures.length] ?? EMPTY).pipe(
      tap(() => (silent = false)),
      retry({
        delay: (error: unknown) => {
          if (!silent) {
            return throwError(() => error);
          }
          failures.push(error);
          const next = failures.length < candidates.length && when(error, failures.length - 1);
          return next ? of(true) : throwError(() => joinErrors(failures));
        },
      }),
    );
  });
}
