import type { ChatDelta } from '../../schemas/chat-completion-chunk.js';

/** A piece of an answer: text, or any other fields of a chat delta. */
export type GenerationPiece =
  { readonly type: 'piece'; readonly text: string } | { readonly type: 'delta'; readonly delta: ChatDelta };

/** Why a generation ended: one of OpenAI's reasons, or any that a model gives. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'function_call' | 'content_filter' | (string & {});

/** What a generation emits: its pieces, then the reason it ended. */
export type GenerationEvent = GenerationPiece | { readonly type: 'finish'; readonly reason: FinishReason };

/** A finished generation. */
export interface Generation {
  readonly pieces: readonly GenerationPiece[];
  /** The text of all pieces. */
  readonly text: string;
  readonly reason: FinishReason | null;
}

/** Puts the events of a finished generation together. */
export function toGeneration(events: readonly GenerationEvent[]): Generation {
  const pieces = events.flatMap((event) => (event.type === 'finish' ? [] : [event]));
  const reason = events.flatMap((event) => (event.type === 'finish' ? [event.reason] : []))[0] ?? null;
  return { pieces, text: pieces.map(pieceText).join(''), reason };
}

/** Returns the text a piece adds to the answer, empty if it adds none. */
export function pieceText(piece: GenerationPiece): string {
  if (piece.type === 'piece') {
    return piece.text;
  }
  return typeof piece.delta.content === 'string' ? piece.delta.content : '';
}
