import {
  asyncScheduler,
  EMPTY,
  identity,
  map,
  type OperatorFunction,
  pipe,
  reduce,
  type SchedulerLike,
  tap,
  timeout,
} from 'rxjs';
import { UsageError } from './usage-error.js';

/** What a prompt is made of besides the input. */
export interface ToPromptConfig {
  /** The prompt's words among the arguments. A first word `-` says that the input matters, however long it takes. */
  readonly words: readonly string[];
  /** Called when input did not begin in time. */
  readonly onSilence: () => void;
  readonly scheduler?: SchedulerLike;
}

/** How long input may take to begin where there are words to go on with, in milliseconds. */
export const patience = 2000;

/**
 * Makes the prompt from the pieces of the input and the words among the arguments: the input, a blank line, the words; or
 * one of them where the other is empty. It is emitted when the input ends.
 *
 * A program that starts this one may leave it a pipe into which nothing is ever written, and which nobody closes. So where
 * there are words, input that has not begun within {@link patience} counts as empty. Once begun, it is read to its end.
 *
 * ```text
 * input:   --a--b-|
 * result:  -------(x|)   x = 'ab', a blank line, the words
 * ```
 *
 * No prompt at all is a {@link UsageError}; other errors pass unchanged.
 */
export function toPrompt({
  words,
  onSilence,
  scheduler = asyncScheduler,
}: ToPromptConfig): OperatorFunction<string, string> {
  const isAwaited = words[0] === '-';
  const typed = words
    .slice(isAwaited ? 1 : 0)
    .join(' ')
    .trim();
  const goOn = (): typeof EMPTY => {
    onSilence();
    return EMPTY;
  };
  return pipe(
    isAwaited || typed === '' ? identity : timeout({ first: patience, with: goOn, scheduler }),
    reduce((text, piece) => text + piece, ''),
    map((text) => [text.trimEnd(), typed].filter((part) => part !== '').join('\n\n')),
    tap((prompt) => {
      if (prompt === '') {
        throw new UsageError('There is no prompt: give one as arguments, or on standard input');
      }
    }),
  );
}
