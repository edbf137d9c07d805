import { catchError, defer, endWith, identity, map, takeWhile, throwError, type Observable } from 'rxjs';
import { toLocalError } from '../http/local-error.js';
import type { LocalModel, LocalModelRequest } from '../local-model.js';
import { emitWhenReady } from './emit-when-ready.js';
import { stopAt } from './stop-at.js';

/** What a generation emits: pieces of text, then why it ended. */
export type GenerationEvent =
  { readonly type: 'piece'; readonly text: string } | { readonly type: 'finish'; readonly reason: 'stop' | 'length' };

/** How a generation is limited and paced. */
export interface GenerationConfig {
  /** Pieces after which the answer is cut, with the finish reason `length`. */
  readonly maxTokens?: number;
  /** Texts before whose first occurrence the answer ends, with the finish reason `stop`. */
  readonly stop?: readonly string[];
  /** Completes when the next piece may go; without it, pieces go as they come. */
  readonly ready?: () => Observable<unknown>;
}

/**
 * Runs a model: one subscription is one generation, and unsubscribing stops it.
 *
 * ```text
 * model:   a-b-|
 * result:  a-b-(f|)   f = finish
 * ```
 *
 * Whatever the model throws becomes a `LocalError` 500, after the pieces before it.
 */
export function generate(
  model: LocalModel,
  request: LocalModelRequest,
  { maxTokens = Infinity, stop = [], ready }: GenerationConfig = {},
): Observable<GenerationEvent> {
  return defer(() => model(request)).pipe(
    map(requireText),
    catchError((error: unknown) => throwError(() => toLocalError(error, `The model '${request.model}'`))),
    ready === undefined ? identity : emitWhenReady(ready),
    map((text, index): GenerationEvent =>
      index < maxTokens ? { type: 'piece', text } : { type: 'finish', reason: 'length' },
    ),
    endWith<GenerationEvent>({ type: 'finish', reason: 'stop' }),
    stop.length === 0 ? identity : stopAt(stop),
    takeWhile((event) => event.type === 'piece', true),
  );
}

function requireText(piece: unknown): string {
  if (typeof piece !== 'string') {
    throw new TypeError('a model must emit strings');
  }
  return piece;
}
