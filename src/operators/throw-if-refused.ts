import type { MonoTypeOperatorFunction } from 'rxjs';
import { OutputError } from '../errors/output-error.js';
import { type AnswerValue, TextReader } from '../formats/answer-formats.js';
import { checkChoice } from '../util/check.js';
import { operate } from '../util/operate.js';

const maxMessageLength = 500;

/**
 * Errors with `OutputError` of code `refused` instead of completing if the model refused to answer. The message is the
 * refusal, cut after 500 characters.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = refusal 'I will ', b = refusal 'not.', f = finish
 * result:  r-a-b-f#   'I will not.'
 * ```
 *
 * Every chunk passes through unchanged, and so do errors of the source. Only the separate field for refusals is read, which
 * answers to a `response_format` use; on many servers the model refuses in the answer itself.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`; a response has only choice 0.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link refusalDeltas} for the refusal as it is written, {@link throwIfTruncated} for answers that were cut off.
 */
export function throwIfRefused<Value extends AnswerValue>(choice = 0): MonoTypeOperatorFunction<Value> {
  checkChoice('throwIfRefused', choice);
  return operate((destination) => {
    const reader = new TextReader('throwIfRefused', 'refusal', choice);
    let refusal = '';
    return {
      next(value) {
        const piece = reader.read(value);
        if (refusal.length <= maxMessageLength) {
          refusal += piece;
        }
        destination.next(value);
      },
      complete() {
        if (refusal === '') {
          destination.complete();
        } else {
          // Not the first half of a surrogate pair, which would be no character.
          const message = refusal.slice(0, maxMessageLength).replace(/[\ud800-\udbff]$/u, '');
          destination.error(new OutputError(message, { code: 'refused' }));
        }
      },
    };
  });
}
