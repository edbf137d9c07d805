import { EMPTY, from, type Observable, type ObservableInput } from 'rxjs';
import { check } from '../util/check.js';

/**
 * Checks a list of sources, and gives them as Observables.
 *
 * @throws TypeError when it is no list, is empty, or holds something that is no Observable and cannot become one.
 */
export function checkSources<T>(sources: readonly ObservableInput<T>[]): readonly Observable<T>[] {
  check(Array.isArray(sources), 'sources', 'a list of Observables', sources);
  check(sources.length > 0, 'The number of sources', '1 or more', sources.length);
  return sources.map((source, place) => checkSource(`sources[${place}]`, source));
}

/**
 * Gives a source as an Observable.
 *
 * @throws TypeError when it is none, and rxjs can make none of it.
 */
export function checkSource<T>(name: string, source: ObservableInput<T>): Observable<T> {
  try {
    return from(source);
  } catch {
    check(false, name, 'an Observable, or what rxjs can make one of', source);
    return EMPTY;
  }
}
