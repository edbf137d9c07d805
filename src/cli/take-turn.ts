import { catchError, EMPTY, map, type Observable, throwError } from 'rxjs';
import { type ChatMessage, toText } from '../index.node.js';
import { Interrupted } from './interrupted.js';
import { OutputClosed } from './output-error.js';

/** What a turn of a conversation is made with. */
export interface TakeTurnConfig {
  /** Gives the answer to the last of some messages: its text, piece by piece. An {@link Interrupted} error ends it, not the conversation. */
  readonly answer: (messages: readonly ChatMessage[]) => Observable<string>;
  /** Called with what went wrong. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Has a prompt answered, and emits the history that this makes: with the prompt and its answer, or what had come of that
 * when it was interrupted or broke off. A prompt that got no answer leaves no trace, so that it can be asked again.
 *
 * Completes then. Failures do not end a conversation; but where nobody reads the output any more, that error passes.
 */
export function takeTurn(
  history: readonly ChatMessage[],
  prompt: string,
  { answer, onFailure }: TakeTurnConfig,
): Observable<readonly ChatMessage[]> {
  const messages: readonly ChatMessage[] = [...history, { role: 'user', content: prompt }];
  return answer(messages).pipe(
    catchError((error: unknown) => {
      if (error instanceof OutputClosed) {
        return throwError(() => error);
      }
      if (!(error instanceof Interrupted)) {
        onFailure(error);
      }
      return EMPTY;
    }),
    toText(),
    map((content) => (content === '' ? history : [...messages, { role: 'assistant', content } as const])),
  );
}
