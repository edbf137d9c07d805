import { noop, Subscription, type Observable, type OperatorFunction } from 'rxjs';
import { holdsAnswer } from '../formats/answer-formats.js';
import { joinErrors } from '../errors/copy-error.js';
import { LimitError } from '../errors/limit-error.js';
import { operate, subscribeWithin } from '../util/operate.js';

/** Values held per source before its answer, so that a server that repeats its role endlessly cannot fill the memory. */
const maxHeld = 65_536;

/**
 * Subscribes to each source as it arrives. The source whose answer begins first is emitted from its start, and the others
 * are unsubscribed. If no source is left running, the result ends, even if more sources were to come: with the values of
 * the first that completed without an answer, or else with the errors. A source with more than 65,536 values before its
 * answer fails with a `LimitError`.
 */
export function firstToAnswer<T>(): OperatorFunction<Observable<T>, T> {
  return operate((destination, sources) => {
    const running = new Set<Subscription>();
    const failures: unknown[] = [];
    let starting = true;
    let unanswered: readonly T[] | undefined;

    const endUnlessRunning = (): void => {
      if (starting || running.size > 0) {
        return;
      }
      sources.unsubscribe();
      if (unanswered) {
        unanswered.forEach((value) => destination.next(value));
        destination.complete();
      } else {
        destination.error(joinErrors(failures));
      }
    };
    const leave = (runner: Subscription): void => {
      runner.unsubscribe();
      running.delete(runner);
      endUnlessRunning();
    };
    const leaveAllBut = (winner: Subscription): void => {
      sources.unsubscribe();
      running.delete(winner);
      running.forEach((runner) => runner.unsubscribe());
      running.clear();
      running.add(winner);
    };

    const run = (source: Observable<T>): void => {
      const runner = new Subscription();
      let held: T[] | undefined = [];
      running.add(runner);
      destination.add(runner);
      subscribeWithin(source, runner, {
        next(value) {
          if (held === undefined) {
            destination.next(value);
            return;
          }
          held.push(value);
          if (!holdsAnswer(value)) {
            if (held.length > maxHeld) {
              failures.push(new LimitError('heldChunks', maxHeld, 'so many chunks came before its answer began'));
              leave(runner);
            }
          } else {
            const beginning = held;
            held = undefined;
            leaveAllBut(runner);
            beginning.forEach((each) => destination.next(each));
          }
        },
        error(error) {
          if (held === undefined) {
            destination.error(error);
            return;
          }
          failures.push(error);
          leave(runner);
        },
        complete() {
          if (held === undefined) {
            destination.complete();
            return;
          }
          unanswered ??= held;
          leave(runner);
        },
      });
    };

    return {
      next: run,
      complete: noop,
      subscribed() {
        starting = false;
        endUnlessRunning();
      },
    };
  });
}
