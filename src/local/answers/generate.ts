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
import type { FinishReason, GenerationEvent, GenerationPiece } from './generation.js';
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
 * the finish reason `length`; it ends before the first of the `stop` sequences, with the finish reason `stop`.
 *
 * @param pacing An operator that delays pieces, such as `pace`.
 */
export function generate(
  model: LocalModel,
  { asked, maxTokens, stop }: Pick<GenerationRequest, 'asked' | 'maxTokens' | 'stop'>,
  pacing: MonoTypeOperatorFunction<GenerationPiece>,
): Observable<GenerationEvent> {
  return defer(() => {
    let reason: FinishReason = 'stop';
    const pieces = defer(() => model(asked)).pipe(
      toPieces(),
      catchError((error: unknown) => throwError(() => toLocalError(error, `The model '${asked.model}'`))),
      pacing,
      tap((piece) => (reason = reasonAfter(piece) ?? reason)),
      map((piece, index): GenerationEvent => (index < maxTokens ? piece : { type: 'finish', reason: 'length' })),
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

function reasonAfter(piece: GenerationPiece): FinishReason | undefined {
  if (piece.type === 'piece') {
    return undefined;
  }
  return piece.delta.tool_calls ? 'tool_calls' : piece.delta.function_call ? 'function_call' : undefined;
}
