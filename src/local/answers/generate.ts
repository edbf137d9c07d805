import { catchError, concat, defer, identity, map, of, takeWhile, tap, throwError, type Observable } from 'rxjs';
import { toLocalError } from '../http/to-local-error.js';
import type { LocalDelta, LocalModel, LocalModelRequest } from '../local-model.js';
import { emitWhenReady } from './emit-when-ready.js';
import { stopAt } from './stop-at.js';
import { toPieces } from './to-pieces.js';

/** A piece of an answer: text, or whatever else a chat delta holds. */
export type GenerationPiece =
  { readonly type: 'piece'; readonly text: string } | { readonly type: 'delta'; readonly delta: LocalDelta };

/** Why a generation ended. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'function_call';

/** What a generation emits: its pieces, then why it ended. */
export type GenerationEvent = GenerationPiece | { readonly type: 'finish'; readonly reason: FinishReason };

/** How a generation is limited and paced. */
export interface GenerationConfig {
  /** Pieces after which the answer is cut, with the finish reason `length`. */
  readonly maxTokens?: number;
  /** Texts before whose first occurrence the answer ends, with the finish reason `stop`. */
  readonly stop?: readonly string[];
  /** Completes when the next piece may go; without it, pieces go as they come. */
  readonly ready?: () => Observable<unknown>;
  /** How many pieces may wait for that. Default a million. */
  readonly mostWaiting?: number | undefined;
}

/**
 * Runs a model: one subscription is one generation, and unsubscribing stops it.
 *
 * ```text
 * model:   a-b-|
 * result:  a-b-(f|)   f = finish
 * ```
 *
 * Whatever the model throws becomes a `LocalError`, after the pieces before it.
 */
export function generate(
  model: LocalModel,
  request: LocalModelRequest,
  { maxTokens = Infinity, stop = [], ready, mostWaiting }: GenerationConfig = {},
): Observable<GenerationEvent> {
  return defer(() => {
    let reason: FinishReason = 'stop';
    const pieces = defer(() => model(request)).pipe(
      toPieces(),
      catchError((error: unknown) => throwError(() => toLocalError(error, `The model '${request.model}'`))),
      ready === undefined ? identity : emitWhenReady(ready, mostWaiting),
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
