import { from, type ObservableInput, type Observer, Subscription } from 'rxjs';
import { subscribeWithin } from '../../util/operate.js';

/**
 * Asks a log, and passes on its first value or its error; no value is an error, too. The log is asked twice for each event that
 * is relayed, so this does without `defer` and `first`.
 */
export function askLog<T>(
  question: () => ObservableInput<T>,
  { next, error }: Pick<Observer<T>, 'next' | 'error'>,
): Subscription {
  const answer = new Subscription();
  try {
    subscribeWithin(from(question()), answer, {
      next: (value) => {
        answer.unsubscribe();
        next(value);
      },
      error,
      complete: () => error(new Error('The log answered nothing')),
    });
  } catch (thrown) {
    error(thrown);
  }
  return answer;
}
