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
import type { LocalModel, LocalModelRequest } from '../local-model.js';
import type { FinishReason, GenerationEvent, GenerationPiece } from './generation.js';
import { stopAt } from './stop-at.js';
import { toPieces } from './to-pieces.js';

/** How {@link generate} limits and paces an answer. */
interface GenerationConfig {
  /** The number of pieces after which the answer is cut, with the finish reason `length`. */
  readonly maxTokens: number;
  /** Stop sequences: the answer ends before the first of them, with the finish reason `stop`. */
  readonly stop: readonly string[];
  /** An operator that delays pieces, such as `pace`. */
  readonly pacing: MonoTypeOperatorFunction<GenerationPiece>;
}

/**
 * Runs a model: each subscription is one generation, and unsubscribing stops it.
 *
 * ```text
 * model:   a-b-|
 * result:  a-b-(f|)   f = finish
 * ```
 *
 * An error of the model becomes a `LocalError`, after the pieces before it.
 */
export function generate(
  model: LocalModel,
  request: LocalModelRequest,
  { maxTokens, stop, pacing }: GenerationConfig,
): Observable<GenerationEvent> {
  return defer(() => {
    let reason: FinishReason = 'stop';
    const pieces = defer(() => model(request)).pipe(
      toPieces(),
      catchError((error: unknown) => throwError(() => toLocalError(error, `The model '${request.model}'`))),
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
