import { concat, defer, EMPTY, type MonoTypeOperatorFunction, tap, throwError } from 'rxjs';
import type { Truncation } from '../answers/answer-format.js';
import { OutputError } from '../errors/output-error.js';
import { type AnswerValue, truncationOf } from '../formats/answer-formats.js';
import { checkCalled } from '../util/misuse.js';

/**
 * Errors with `OutputError` instead of completing if an answer was cut off at a token limit or filtered. Servers report
 * that with a finish reason (`length`, `content_filter`), or with a response that is incomplete, not with an error.
 *
 * ```text
 * chunks:  r-a-l-u|   r = role, a = 'Hel', l = finish reason 'length', u = usage
 * result:  r-a-l-u#
 * ```
 *
 * Every chunk passes through unchanged, including those after the finish reason, such as the usage and other choices. If
 * several choices were cut off, the first one is reported. Errors of the source pass through unchanged, such as the
 * client's own error for an answer that the server aborted.
 *
 * Placed after it, {@link toMessage} and {@link toText} put the incomplete answer on the error, as `partial`.
 */
export function throwIfTruncated<Value extends AnswerValue>(...none: []): MonoTypeOperatorFunction<Value> {
  checkCalled('throwIfTruncated', ...none);
  return (source) =>
    defer(() => {
      let failure: OutputError | undefined;
      return concat(
        source.pipe(
          tap((value) => {
            const truncation = truncationOf('throwIfTruncated', value);
            failure ??= truncation && toError(truncation);
          }),
        ),
        defer(() => (failure === undefined ? EMPTY : throwError(() => failure))),
      );
    });
}

function toError({ cut, reason, limit }: Truncation): OutputError {
  const explanations: Readonly<Record<Truncation['cut'], string>> = {
    length: `was cut off at the token limit: raise ${limit}, or ask for less`,
    filter: "was withheld by the server's content filter: rephrase the prompt, or change the filter's settings",
    other: 'is incomplete',
  };
  return new OutputError(`The answer ${explanations[cut]} (finish reason "${reason}")`);
}
