import {
  concat,
  defer,
  fromEvent,
  identity,
  ignoreElements,
  map,
  mergeMap,
  Observable,
  type OperatorFunction,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { toOutputError } from './output-error.js';
import { printable } from './printable.js';
import { wholeCharacters } from './whole-characters.js';

/**
 * Writes each piece of a text as it comes, and a line feed at the end if the text has none, whatever the end: completion,
 * an error or unsubscribing. Emits nothing and completes when all is written. When it cannot be written, the source is
 * left at once, and the error is that of {@link toOutputError}. On a terminal {@link printable} applies.
 */
export function printText(output: NodeJS.WriteStream): OperatorFunction<string, never> {
  return (source) =>
    defer(() => {
      let last = '\n';
      const endLine = (): void => {
        if (last !== '\n') {
          output.write('\n');
        }
      };
      const printed = source.pipe(
        wholeCharacters(),
        output.isTTY ? map(printable) : identity,
        tap({
          // What cannot be written yet waits in the stream, where no error overtakes it.
          next: (text) => {
            output.write(text);
            last = text.at(-1) ?? last;
          },
          complete: endLine,
          error: endLine,
          unsubscribe: endLine,
        }),
        ignoreElements(),
      );
      return concat(printed, allWritten(output)).pipe(takeUntil(failure(output)));
    });
}

/** Completes when everything given to a stream so far is written; never when that fails. */
function allWritten(output: NodeJS.WriteStream): Observable<never> {
  return new Observable((subscriber) => {
    output.write('', (error) => {
      if (!error) {
        subscriber.complete();
      }
    });
  });
}

function failure(output: NodeJS.WriteStream): Observable<never> {
  return fromEvent(output, 'error').pipe(mergeMap((error) => throwError(() => toOutputError(error))));
}
