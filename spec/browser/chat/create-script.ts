import { finalize, ReplaySubject } from 'rxjs';
import type { LocalModel } from '../../../src/local/index.js';

/** A model whose answers a spec gives as it likes. */
export interface Script {
  readonly model: LocalModel;
  /** Its pieces so far and to come, the same for each who asks. */
  readonly pieces: ReplaySubject<string>;
  /** Resolves when an answer is over, at its end or because nobody wants it any more. */
  readonly over: Promise<void>;
}

/** Makes a model that says what its script is given. */
export function createScript(...pieces: readonly string[]): Script {
  const script = new ReplaySubject<string>(Infinity);
  pieces.forEach((piece) => script.next(piece));
  let end: () => void;
  const over = new Promise<void>((resolve) => (end = resolve));
  return { model: () => script.pipe(finalize(() => end())), pieces: script, over };
}
