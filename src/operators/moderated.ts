import { defer, type MonoTypeOperatorFunction, type ObservableInput, of, Subscription } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { OutputError } from '../errors/output-error.js';
import { checkConfig, checkCount, checkFunction } from '../util/check.js';
import { checkCalled, checkText } from '../util/misuse.js';
import { operate, subscribeWithin } from '../util/operate.js';
import { Queue } from '../util/queue.js';
import { TextWindows } from './text-windows.js';

/**
 * Decides whether a text may be shown. Only `true` passes it; of an Observable, Promise or iterable the first value counts.
 *
 * @see {@link passesModeration} for one that asks a server.
 */
export type TextCheck = (text: string) => boolean | ObservableInput<boolean>;

/** Configuration of {@link moderated}. Lengths are in UTF-16 code units. */
export interface ModeratedConfig {
  /** How much text without the end of a sentence is held before it is checked. Default 400. */
  readonly window?: number | undefined;
  /** How much of the text before it a check gets, too. Default 200. */
  readonly context?: number | undefined;
}

/** A text that was given to a check. */
interface CheckedText {
  /** Emits the text, or the error; called once the texts before it have passed. `undefined` until the check has decided. */
  end?: () => void;
}

const maxChecks = 2;

/**
 * Holds text back until a check has passed it, sentence by sentence. What has not passed is never emitted.
 *
 * ```text
 * source:  -a-b-c-|       a = 'One. ', b = 'Two. ', c = 'Six.'; a check takes 2
 * result:  -----a-b-(c|)
 * ```
 *
 * A sentence is checked when the next one begins, and text without the end of a sentence when it is `window` long. The
 * check gets it after up to `context` characters of the text before it. At most 2 checks run at once; text that arrives
 * meanwhile is checked as one. The order is kept, and completion waits for the rest to pass. What stretches over the end of a
 * window is seen whole by the check of its second part, when the first has been shown.
 *
 * Text that does not pass is an `OutputError` of code `moderation`, with the text that was emitted as `partial`, which is
 * not enumerable. A check that fails is the error of the stream. Both come after the text before them has passed, but the
 * source is unsubscribed at once. An error of the source passes through at once, and drops the text that is held.
 * Unsubscribing cancels the checks. Sentences are found by `Intl.Segmenter`.
 *
 * @param check Called with context and text.
 * @throws TypeError if `check` is not a function, or a length is not a whole number.
 * @see {@link smoothText} after it, for text that arrives by the sentence.
 */
export function moderated(check: TextCheck, config: ModeratedConfig = {}): MonoTypeOperatorFunction<string> {
  checkCalled('moderated', check);
  checkFunction('check', check);
  checkConfig('moderated', config, ['window', 'context']);
  const { window = 400, context = 200 } = config;
  checkCount('window', window, 1);
  checkCount('context', context, 0);

  return operate((destination, source) => {
    const windows = new TextWindows(window);
    const takeOne = (): string => windows.takeOne();
    const takeMany = (): string => windows.takeMany();
    const checked = new Queue<CheckedText>();
    let before = '';
    let passed = '';
    let running = 0;
    let starting = false;
    let ended = false;

    const start = (takeNext: () => string): void => {
      if (starting) {
        return;
      }
      starting = true;
      while (running < maxChecks && !destination.closed) {
        const text = ended ? windows.takeAll() : takeNext();
        if (text === '') {
          break;
        }
        begin(text);
      }
      starting = false;
      if (ended && checked.size === 0) {
        destination.complete();
      }
    };
    const begin = (text: string): void => {
      const entry: CheckedText = {};
      const subscription = new Subscription();
      const settle = (end: () => void, isPassed: boolean): void => {
        subscription.unsubscribe();
        running -= 1;
        entry.end = end;
        if (!isPassed) {
          ended = true;
          windows.takeAll();
          source.unsubscribe();
        }
        emitDecided();
        start(takeMany);
      };
      const emit = (): void => {
        passed += text;
        destination.next(text);
      };
      const refuse = (): void => {
        const error = new OutputError('The text did not pass the moderation', { code: 'moderation' });
        destination.error(copyError(error, { partial: passed }));
      };
      const shown = before + text;
      before = lastOf(shown, context);
      checked.push(entry);
      running += 1;
      destination.add(subscription);
      subscribeWithin(
        defer(() => toInput(check(shown))),
        subscription,
        {
          next: (verdict) => settle(verdict === true ? emit : refuse, verdict === true),
          error: (error) => settle(() => destination.error(error), false),
          complete: () => settle(refuse, false),
        },
      );
    };
    const emitDecided = (): void => {
      for (let first = checked.first; first?.end !== undefined && !destination.closed; first = checked.first) {
        checked.shift();
        first.end();
      }
    };

    return {
      next(text) {
        windows.push(checkText('moderated', text));
        start(takeOne);
      },
      complete() {
        ended = true;
        start(takeMany);
      },
    };
  });
}

function toInput(verdict: unknown): ObservableInput<unknown> {
  return typeof verdict === 'object' && verdict !== null ? (verdict as ObservableInput<unknown>) : of(verdict);
}

/** Returns the end of a text, without half of a surrogate pair at its start. */
function lastOf(text: string, length: number): string {
  const last = text.slice(Math.max(0, text.length - length));
  return (last.charCodeAt(0) & 0xfc00) === 0xdc00 ? last.slice(1) : last;
}
