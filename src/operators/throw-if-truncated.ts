import { concat, defer, EMPTY, type MonoTypeOperatorFunction, tap, throwError } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { type Cut, meaningOf } from '../chunks/finish-reason.js';
import { OutputError } from '../errors/output-error.js';
import { checkCalled, checkChunk } from '../util/misuse.js';

/**
 * Errors with `OutputError` instead of completing if an answer was cut off at a token limit or filtered. Servers report
 * that with a finish reason (`length`, `content_filter`), not with an error.
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
export function throwIfTruncated<Chunk extends AnswerChunk>(...none: []): MonoTypeOperatorFunction<Chunk> {
  checkCalled('throwIfTruncated', ...none);
  return (source) =>
    defer(() => {
      let failure: OutputError | undefined;
      return concat(
        source.pipe(
          tap((chunk) => {
            for (const { finish_reason: reason } of checkChunk('throwIfTruncated', chunk).choices) {
              failure ??= truncationOf(reason ?? '');
            }
          }),
        ),
        defer(() => (failure === undefined ? EMPTY : throwError(() => failure))),
      );
    });
}

/** For a failure the client raises its own error. */
const explanations: Readonly<Partial<Record<Cut | 'whole', string>>> = {
  length: 'was cut off at the token limit: raise max_completion_tokens or max_tokens, or ask for less',
  filter: "was withheld by the server's content filter: rephrase the prompt, or change the filter's settings",
};

function truncationOf(reason: string): OutputError | undefined {
  const explanation = explanations[meaningOf(reason) ?? 'whole'];
  return explanation === undefined
    ? undefined
    : new OutputError(`The answer ${explanation} (finish reason "${reason}")`);
}
