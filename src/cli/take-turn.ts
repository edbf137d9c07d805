import { asapScheduler, catchError, EMPTY, map, type Observable, observeOn, takeUntil, throwError } from 'rxjs';
import { type ChatMessage, toText } from '../index.node.js';
import { OutputClosed } from './output-error.js';

/** What a turn of a conversation is made with. */
export interface TakeTurnConfig {
  /** Gives the answer to the last of some messages: its text, piece by piece. */
  readonly answer: (messages: readonly ChatMessage[]) => Observable<string>;
  /** Ends the answer, not the conversation, by its first value. */
  readonly interruptions: Observable<unknown>;
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
  { answer, interruptions, onFailure }: TakeTurnConfig,
): Observable<readonly ChatMessage[]> {
  const messages: readonly ChatMessage[] = [...history, { role: 'user', content: prompt }];
  return answer(messages).pipe(
    takeUntil(interruptions),
    catchError((error: unknown) => {
      if (error instanceof OutputClosed) {
        return throwError(() => error);
      }
      onFailure(error);
      return EMPTY;
    }),
    toText(),
    map((content) => (content === '' ? history : [...messages, { role: 'assistant', content } as const])),
    // An interrupted answer is left, and so ends its line, only after the interruption has passed through here.
    observeOn(asapScheduler),
  );
}
