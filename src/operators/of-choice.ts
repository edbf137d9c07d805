import { filter, map, type MonoTypeOperatorFunction, pipe } from 'rxjs';
import { type AnswerChoice, type AnswerChunk, usageOf } from '../chunks/answer-chunk.js';
import { checkChoice } from '../util/check.js';

/**
 * Emits one of `n` answers as if it had been the only one: chunks with its entries alone, numbered 0, so that what
 * follows needs no index.
 *
 * ```text
 * chunks:  -(ab)-(cd)-(fg)-u|   a, c, f = choice 0; b, d, g = choice 1; u = usage
 * result:  -b----d----g----u|   ofChoice(1)
 * ```
 *
 * Chunks of other choices are skipped. What belongs to all of them is kept: chunks without choices, such as the one with
 * the usage, as they are, and usage that a server puts beside other choices in a chunk without choices. Token counts are
 * those of all `n` answers together.
 *
 * Errors and completion pass through unchanged: it completes when all answers have. Each subscription is a request of its
 * own, so choices that are read side by side need one stream that is shared.
 *
 * @param choice Index of the choice to emit.
 * @throws TypeError when `choice` is not a whole number, or negative.
 * @see {@link textDeltas} and its siblings, which take an index themselves and need no `ofChoice`.
 * @see rxjs `share` for the shared stream.
 */
export function ofChoice<Chunk extends AnswerChunk>(choice: number): MonoTypeOperatorFunction<Chunk> {
  checkChoice(choice);
  return pipe(
    map((chunk: Chunk) => withOnly(chunk, choice)),
    filter((chunk) => chunk !== undefined),
  );
}

function withOnly<Chunk extends AnswerChunk>(chunk: Chunk, choice: number): Chunk | undefined {
  const choices: readonly AnswerChoice[] = chunk.choices;
  const entries = choices.filter(({ index }) => index === choice);
  if (entries.length === choices.length && choice === 0) {
    return chunk;
  }
  return entries.length > 0 || choices.length === 0 || usageOf(chunk) !== undefined
    ? { ...chunk, choices: entries.map((entry) => ({ ...entry, index: 0 })) }
    : undefined;
}
