import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  finalize,
  identity,
  map,
  merge,
  type MonoTypeOperatorFunction,
  of,
  type OperatorFunction,
  scan,
  startWith,
  Subject,
} from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { type AccumulateMessageConfig, prepareMessage } from '../operators/accumulate-message.js';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import { retryTransient } from '../operators/retry-transient.js';
import { check, checkConfig } from '../util/check.js';
import { type ChatView, waitingView } from './chat-view.js';
import { reduceView, type ReplyEvent } from './reduce-view.js';

/** How `accumulateView` reads and retries. */
export interface AccumulateViewConfig extends AccumulateMessageConfig {
  /** Index of the choice to read, for requests with `n > 1`. 0 by default. */
  readonly choice?: number | undefined;
  /** Retries as `retryTransient` does, and shows it; `{}` for its defaults. Without it nothing is retried. */
  readonly retry?: RetryConfig | false | undefined;
}

/**
 * Turns the chunks of a reply into one value for a screen: its status, the message so far, and the error if there was
 * one. It never errors, so many views can be combined without one bringing down the others.
 *
 * ```text
 * chunks:  --r-a-b-f|       r = role, a = 'Hel', b = 'lo', f = finish
 * result:  w-r-a-b-f(d|)    w, r: 'waiting', a, b, f: 'streaming', d: 'done'
 * ```
 *
 * The first view comes at once, so put it behind everything else: a retry operator behind it would never see silence.
 * With `retry` it retries by itself and shows each pause as `retrying` with the notice; a `notify` of yours is called
 * too. Views are immutable, their unchanged parts keep identity, and a chunk that brings nothing new gives no view. A role,
 * a finish reason and token counts are new: each gives a view, though a screen that shows only text has nothing to redraw.
 *
 * An error, one thrown by a callback included, becomes a last view with `error`, and what had come stays in it:
 *
 * ```text
 * broken:  --a-b#
 * failed:  w-a-b(x|)   x.status = 'failed', x.message.content = 'Hello'
 * ```
 *
 * @throws TypeError for a field of `config` that is not what {@link AccumulateViewConfig} allows.
 * @see {@link accumulateMessage} for the message alone, with errors as errors.
 * @see {@link converse} for many replies in turn.
 */
export function accumulateView(config: AccumulateViewConfig = {}): OperatorFunction<AnswerChunk, ChatView> {
  checkConfig('accumulateView', config, ['choice', 'retry', 'toolCalls']);
  const { choice = 0, retry = false, toolCalls } = config;
  const begin = prepareMessage('accumulateView', choice, { toolCalls });
  checkRetry(retry);
  return (source) =>
    defer(() => {
      const told = new Subject<ReplyEvent>();
      const attempt = defer(() => {
        told.next({ type: 'attempt' });
        const builder = begin();
        return concat(
          source.pipe(map((chunk): ReplyEvent => ({ type: 'message', message: builder.add(chunk) }))),
          defer(() => of<ReplyEvent>({ type: 'done', message: builder.finish() })),
        );
      });
      const reply = attempt.pipe(
        retry === false ? identity : retryAndTell(retry, told),
        catchError((error: unknown) => of<ReplyEvent>({ type: 'failed', error })),
        finalize(() => told.complete()),
      );
      return merge(told, reply).pipe(scan(reduceView, waitingView), startWith(waitingView), distinctUntilChanged());
    });
}

/** @throws TypeError for a retry configuration that `retryTransient` would refuse, or that is none. */
export function checkRetry(retry: RetryConfig | false): void {
  if (retry !== false) {
    check(
      typeof retry === 'object' && (retry as unknown) !== null,
      'retry',
      'an object such as { count: 2 }, or false',
      retry,
    );
    retryTransient(retry);
  }
}

function retryAndTell<T>(retry: RetryConfig, told: Subject<ReplyEvent>): MonoTypeOperatorFunction<T> {
  const { notify } = retry;
  return retryTransient({
    ...retry,
    notify: (notice) => {
      if (typeof notify === 'function') {
        notify(notice);
      } else {
        notify?.next?.(notice);
      }
      told.next({ type: 'retry', notice });
    },
  });
}
