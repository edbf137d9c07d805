import { finalize, ReplaySubject } from 'rxjs';
import type { LocalModel } from '../../../src/local/index.js';

/** A model whose answer a spec emits piece by piece. */
export interface Script {
  readonly model: LocalModel;
  /** The pieces of the answer, the same for every request. */
  readonly pieces: ReplaySubject<string>;
  /** Resolves when an answer is complete or cancelled. */
  readonly over: Promise<void>;
}

/** Creates a scripted model whose answer starts with the given pieces. */
export function createScript(...pieces: readonly string[]): Script {
  const script = new ReplaySubject<string>(Infinity);
  pieces.forEach((piece) => script.next(piece));
  let end: () => void;
  const over = new Promise<void>((resolve) => (end = resolve));
  return { model: () => script.pipe(finalize(() => end())), pieces: script, over };
}
