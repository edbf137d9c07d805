import { filter, map, type MonoTypeOperatorFunction, pipe } from 'rxjs';
import { type AnswerChoice, type AnswerChunk, usageOf } from '../chunks/answer-chunk.js';
import { checkChoice } from '../util/check.js';
import { checkChunk } from '../util/misuse.js';

/**
 * Emits one of `n` answers as if it were the only one: its chunks hold that choice alone, with index 0, so that later
 * operators need no index.
 *
 * ```text
 * chunks:  -(ab)-(cd)-(fg)-u|   a, c, f = choice 0; b, d, g = choice 1; u = usage
 * result:  -b----d----g----u|   ofChoice(1)
 * ```
 *
 * Chunks of other choices are skipped. Chunks without choices, such as the one with the usage, pass through unchanged;
 * usage in a chunk of other choices is emitted in a chunk without choices. Token counts are those of all `n` answers
 * together.
 *
 * Errors and completion pass through unchanged, so it completes when all answers have. Each subscription is a separate
 * request; to read several choices of one stream, share it.
 *
 * @param choice Index of the choice to emit.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link textDeltas} and its siblings, which take an index and need no `ofChoice`.
 * @see rxjs `share` to share a stream.
 */
export function ofChoice<Chunk extends AnswerChunk>(choice: number): MonoTypeOperatorFunction<Chunk> {
  checkChoice('ofChoice', choice);
  return pipe(
    map((chunk: Chunk) => withOnly(checkChunk('ofChoice', chunk), choice)),
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
