import { concat, defer, EMPTY, forkJoin, map, merge, of, tap, type Observable } from 'rxjs';
import type { AnswerFormat } from './answer-format.js';
import type { AnswerHead } from './answer-head.js';
import { collect } from './collect.js';
import type { GenerationEvent } from './generate.js';

/**
 * The objects of a stream, without the `[DONE]` at its end: those of each generation as they come, each generation a
 * choice of its own; then, when asked for, one with the token counts and no choices. The others then carry
 * `usage: null`.
 */
export function writeChunks(
  generations: readonly Observable<GenerationEvent>[],
  format: AnswerFormat,
  head: AnswerHead,
): Observable<object> {
  const common = commonFields(format.chunkObject, head);
  const noUsage = head.includeUsage ? { usage: null } : {};
  return defer(() => {
    let tokens = 0;
    const count = tap<GenerationEvent>(({ type }) => (tokens += type === 'finish' ? 0 : 1));
    const chunks = generations.map((events, index) =>
      events.pipe(
        count,
        format.toChoices,
        map((choice) => ({ ...common, choices: [{ index, ...choice }], ...noUsage })),
      ),
    );
    const counts = defer(() => of({ ...common, choices: [], usage: head.usage(tokens) }));
    return concat(merge(...chunks), head.includeUsage ? counts : EMPTY);
  });
}

/** The one object of an answer that is not streamed, once all its generations have finished. */
export function writeWhole(
  generations: readonly Observable<GenerationEvent>[],
  format: AnswerFormat,
  head: AnswerHead,
): Observable<object> {
  return forkJoin(generations.map((events) => events.pipe(collect()))).pipe(
    map((finished) => ({
      ...commonFields(format.wholeObject, head),
      choices: finished.map((generation, index) => ({ index, ...format.toChoice(generation) })),
      usage: head.usage(finished.reduce((sum, { tokens }) => sum + tokens, 0)),
    })),
  );
}

function commonFields(object: string, { id, created, model }: AnswerHead): object {
  return { id, object, created, model, system_fingerprint: 'rxllm-local' };
}
