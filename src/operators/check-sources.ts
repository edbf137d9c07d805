import { from, type Observable, type ObservableInput } from 'rxjs';
import { check } from './check.js';

/**
 * Checks a list of sources, and gives them as Observables.
 *
 * @throws TypeError when it is no list, is empty, or holds something that is no Observable and cannot become one.
 */
export function checkSources<T>(sources: readonly ObservableInput<T>[]): readonly Observable<T>[] {
  check(Array.isArray(sources), 'sources', 'a list of Observables', sources);
  check(sources.length > 0, 'The number of sources', '1 or more', sources.length);
  return sources.map((source) => from(source));
}
