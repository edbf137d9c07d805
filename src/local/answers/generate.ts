import {
  catchError,
  concat,
  defer,
  identity,
  map,
  of,
  takeWhile,
  tap,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { toLocalError } from '../http/local-error.js';
import type { LocalModel } from '../local-model.js';
import type { GenerationRequest } from './generation-request.js';
import type { FinishReason, GenerationEvent } from './generation.js';
import { stopAt } from './stop-at.js';
import { toPieces } from './to-pieces.js';

/**
 * Runs a model: each subscription is one generation, and unsubscribing stops it.
 *
 * ```text
 * model:   a-b-|
 * result:  a-b-(f|)   f = finish
 * ```
 *
 * An error of the model becomes a `LocalError`, after the pieces before it. After `maxTokens` pieces the answer is cut, with
 * the finish reason `length`; it ends before the first of the `stop` sequences, with the finish reason `stop`. A finish of the
 * model ends it as it is.
 *
 * @param pacing An operator that delays pieces, such as `pace`.
 */
export function generate(
  model: LocalModel,
  { asked, maxTokens, stop }: Pick<GenerationRequest, 'asked' | 'maxTokens' | 'stop'>,
  pacing: MonoTypeOperatorFunction<GenerationEvent>,
): Observable<GenerationEvent> {
  return defer(() => {
    let reason: FinishReason = 'stop';
    const pieces = defer(() => model(asked)).pipe(
      toPieces(),
      catchError((error: unknown) => throwError(() => toLocalError(error, `The model '${asked.model}'`))),
      pacing,
      tap((event) => (reason = reasonAfter(event) ?? reason)),
      map((event, index): GenerationEvent =>
        index < maxTokens || event.type === 'finish' ? event : { type: 'finish', reason: 'length' },
      ),
    );
    return concat(
      pieces,
      defer(() => of<GenerationEvent>({ type: 'finish', reason })),
    );
  }).pipe(
    stop.length === 0 ? identity : stopAt(stop),
    takeWhile((event) => event.type !== 'finish', true),
  );
}

function reasonAfter(event: GenerationEvent): FinishReason | undefined {
  if (event.type !== 'delta') {
    return undefined;
  }
  return event.delta.tool_calls ? 'tool_calls' : event.delta.function_call ? 'function_call' : undefined;
}
