import {
  defer,
  EMPTY,
  finalize,
  fromEvent,
  identity,
  map,
  merge,
  mergeMap,
  type Observable,
  reduce,
  takeUntil,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import { CliError, UsageError } from '../errors.js';
import { type Streams, writeLine } from './output.js';

/** How long standard input may take to begin if there is a prompt among the arguments, in milliseconds. */
const maxSilence = 2000;

/**
 * Emits the prompt when standard input ends: the input, a blank line and the words of the arguments. Either part may be
 * empty; if both are, errors with a {@link UsageError}. A terminal is read only if the first word is `-`, so that nobody
 * wonders what the program waits for.
 *
 * A program that starts this one may leave standard input as a pipe that it neither writes nor closes. So if there are
 * words, input that has not begun within two seconds counts as empty, unless the first word is `-`. Once begun, it is read
 * to its end.
 *
 * ```text
 * input:   --a--b-|
 * result:  -------(x|)   x = 'ab', a blank line, the words
 * ```
 */
export function readPrompt(words: readonly string[], { stdin, stderr }: Streams): Observable<string> {
  const isAwaited = words[0] === '-';
  const typed = (isAwaited ? words.slice(1) : words).join(' ').trim();
  const withoutInput = defer(() => {
    const notice = `Nothing on standard input after ${maxSilence / 1000} s: continuing without it (rxllm - … waits).`;
    writeLine(stderr, notice, 'dim');
    return EMPTY;
  });
  return (stdin.isTTY && !isAwaited ? EMPTY : readInput(stdin)).pipe(
    isAwaited || typed === '' ? identity : timeout({ first: maxSilence, with: () => withoutInput }),
    reduce((text, piece) => text + piece, ''),
    map((text) => [text.trimEnd(), typed].filter((part) => part !== '').join('\n\n')),
    tap((prompt) => {
      if (prompt === '') {
        throw new UsageError('There is no prompt: pass one as arguments or on standard input');
      }
    }),
  );
}

/**
 * Emits the text of a stream piece by piece, to its end. On completion, error and unsubscribe the stream is destroyed, so
 * that it does not keep the process running. Errors with a {@link CliError} if it cannot be read.
 */
export function readInput(input: NodeJS.ReadStream): Observable<string> {
  return defer(() => {
    input.setEncoding('utf8');
    return merge(inputErrors(input), fromEvent(input, 'data') as Observable<string>).pipe(
      takeUntil(fromEvent(input, 'end')),
      finalize(() => input.destroy()),
    );
  });
}

/** Emits nothing; errors with a {@link CliError} when a reader of standard input fails. */
export function inputErrors(input: NodeJS.EventEmitter): Observable<never> {
  return fromEvent(input, 'error').pipe(
    mergeMap((error) => throwError(() => new CliError(`Cannot read standard input: ${(error as Error).message}.`))),
  );
}
