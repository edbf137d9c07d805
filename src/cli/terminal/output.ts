import { styleText } from 'node:util';
import {
  concat,
  defer,
  fromEvent,
  identity,
  ignoreElements,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  Observable,
  type OperatorFunction,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { CliError, OutputClosedError } from '../errors.js';
import { printable } from './text.js';

/** The standard streams that the command line reads and writes, such as those of `process`. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Writes a line, styled if the stream is a terminal with colors. */
export function writeLine(output: NodeJS.WriteStream, line: string, style: 'dim' | 'red'): void {
  output.write(`${styleText(style, line, { stream: output })}\n`);
}

/**
 * Writes each piece of a text as it comes. On completion, error and unsubscribe, ends the last line if the text did not.
 * Emits nothing and completes when everything is written. A terminal gets the {@link printable} text only.
 *
 * Errors with an {@link OutputClosedError} when the output has been closed, and with a {@link CliError} when it cannot be
 * written, as on a full disk.
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
        joinSurrogates(),
        output.isTTY ? map(printable) : identity,
        tap({
          // The stream buffers what it cannot write yet, so that no error overtakes text.
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
      return concat(printed, flushed(output)).pipe(takeUntil(outputErrors(output)));
    });
}

/** Holds back a high surrogate until the next piece brings the low one: written alone, each would become U+FFFD. */
function joinSurrogates(): MonoTypeOperatorFunction<string> {
  return (source) =>
    defer(() => {
      let high = '';
      return source.pipe(
        map((piece) => {
          const text = high + piece;
          high = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? '';
          return high === '' ? text : text.slice(0, -1);
        }),
      );
    });
}

/** Completes when everything given to a stream so far is written; never if that fails. */
function flushed(output: NodeJS.WriteStream): Observable<never> {
  return new Observable((subscriber) => {
    output.write('', (error) => {
      if (!error) {
        subscriber.complete();
      }
    });
  });
}

function outputErrors(output: NodeJS.WriteStream): Observable<never> {
  return fromEvent(output, 'error').pipe(
    mergeMap((error) => {
      const { code, message } = error as NodeJS.ErrnoException;
      return throwError(() =>
        code === 'EPIPE' ? new OutputClosedError() : new CliError(`Cannot write to standard output: ${message}.`),
      );
    }),
  );
}
