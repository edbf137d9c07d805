import { concat, defer, EMPTY, type MonoTypeOperatorFunction, tap, throwError } from 'rxjs';
import { cutBy, type Cut } from '../chunks/finish-reason.js';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { OutputError } from '../errors/output-error.js';

/**
 * Errors with `OutputError` in place of completion when an answer was cut at a limit of tokens or filtered, which the
 * server reports by a finish reason (`length`, `content_filter`) and no error.
 *
 * ```text
 * chunks:  r-a-l-u|   r = role, a = 'Hel', l = finish reason 'length', u = usage
 * result:  r-a-l-u#
 * ```
 *
 * Every chunk passes through unchanged, also those that follow the finish reason: the usage, and other choices that still
 * go on. Of several choices, the first that was cut is reported. Errors of the source pass through unchanged; among them
 * is that of a client for an answer that the server broke off.
 *
 * Behind it {@link toMessage} and {@link toText} put what there is of the answer on the error, as `partial`.
 */
export function throwIfTruncated<Chunk extends AnswerChunk>(): MonoTypeOperatorFunction<Chunk> {
  return (source) =>
    defer(() => {
      let failure: OutputError | undefined;
      return concat(
        source.pipe(
          tap(({ choices }) => {
            for (const { finish_reason: reason } of choices) {
              failure ??= truncationOf(reason ?? '');
            }
          }),
        ),
        defer(() => (failure === undefined ? EMPTY : throwError(() => failure))),
      );
    });
}

const explanations: Readonly<Record<Cut, string | undefined>> = {
  length: 'was cut at the limit of tokens: raise max_completion_tokens or max_tokens, or ask for less',
  filter: 'was withheld by the content filter of the server: ask in other words, or change its settings',
  // The client has raised an error of its own.
  failure: undefined,
};

function truncationOf(reason: string): OutputError | undefined {
  const explanation = explanations[cutBy(reason) ?? 'failure'];
  return explanation === undefined
    ? undefined
    : new OutputError(`The answer ${explanation} (finish reason "${reason}")`);
}
