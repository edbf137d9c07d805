import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  finalize,
  identity,
  map,
  merge,
  of,
  type OperatorFunction,
  scan,
  startWith,
  Subject,
  type Observable,
} from 'rxjs';
import type { ResponseInfo } from '../client/client-config.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { Message } from '../schemas/message.js';
import { type AccumulateMessageConfig, prepareMessage } from '../operators/accumulate-message.js';
import type { RetryConfig, RetryNotice } from '../operators/retry-with-backoff.js';
import { checkRetry, retryTransient } from '../operators/retry-transient.js';
import { checkConfig } from '../util/check.js';
import { checkCalled } from '../util/misuse.js';
import { type ChatView, failedView, hasOutput, streamIdOf, viewOf, waitingView } from './chat-view.js';

/** Options of {@link accumulateView}. */
export interface AccumulateViewConfig extends AccumulateMessageConfig {
  /** Index of the choice to read, for requests with `n > 1`. Default 0. */
  readonly choice?: number | undefined;
  /** Retries like `retryTransient`, and shows each pause; `{}` for its defaults. Default `false`: no retries. */
  readonly retry?: RetryConfig | false | undefined;
}

/**
 * Emits a reply as one value for a screen: its status, the message so far, and the error if there was one. It retries only
 * with `retry`. It never errors, so one failed reply does not end a combination of many views.
 *
 * ```text
 * chunks:  --r-a-b-f|       r = role, a = 'Hel', b = 'lo', f = finish
 * result:  w-r-a-b-f(d|)    w, r: 'waiting', a, b, f: 'streaming', d: 'done'
 * ```
 *
 * The first view is emitted on subscribe, so put this operator last: a retry operator after it would never retry, because
 * output has already been emitted. With `retry` it retries by itself and shows each pause as `retrying` with the notice; your
 * own `notify` is called too. `retry: { restart: true }` also restarts an answer that broke off midway. Views are immutable,
 * and their unchanged parts keep their identity. A chunk that adds nothing emits no view. A role, a finish reason and token
 * counts each do emit one, though the text is unchanged.
 *
 * An error, including one thrown by a callback, becomes a final view that has `error` and keeps the message so far:
 *
 * ```text
 * broken:  --a-b#
 * failed:  w-a-b(x|)   x.status = 'failed', x.message.content = 'Hello'
 * ```
 *
 * A source that completes without a chunk, like every stream of `injectClient()` while a server renders, ends as `waiting`.
 *
 * @throws TypeError if `config` has an invalid field.
 * @see {@link accumulateMessage} for the message alone, with errors as errors.
 * @see {@link converse} for a conversation of many replies.
 */
export function accumulateView(config: AccumulateViewConfig = {}): OperatorFunction<AnswerValue, ChatView> {
  checkCalled('accumulateView', config);
  checkConfig('accumulateView', config, ['choice', 'retry', 'toolCalls']);
  const view = viewWith(config);
  return (source) => view(() => source);
}

/** Creates the source of each attempt, which calls `onResponse` with the heads of its responses. */
type Ask<Value> = (onResponse: OnResponse) => Observable<Value>;

/** What a view reads of the head of a response. */
export type OnResponse = (response: Pick<ResponseInfo, 'streamId'>) => void;

/**
 * Creates a function that emits the views of a reply, like {@link accumulateView}, and shows the stream that a relay keeps.
 * The first view is `saved`, whose text stays until the reply has some.
 */
export function viewWith({
  choice = 0,
  retry = false,
  toolCalls,
}: AccumulateViewConfig): (ask: Ask<AnswerValue>, saved?: ChatView) => Observable<ChatView> {
  const begin = prepareMessage('accumulateView', choice, { toolCalls });
  checkRetry(retry);
  return (ask, saved = waitingView) =>
    defer(() => {
      const events = new Subject<ReplyEvent>();
      const onResponse: OnResponse = ({ streamId }) => events.next({ type: 'response', streamId });
      const attempt = defer(() => {
        events.next({ type: 'attempt' });
        const builder = begin();
        let begun = false;
        return concat(
          ask(onResponse).pipe(
            map((value): ReplyEvent => {
              begun = true;
              builder.add(value);
              return { type: 'message', message: builder.current() };
            }),
          ),
          defer(() =>
            of<ReplyEvent>(
              begun ? { type: 'done', message: builder.withOutput(builder.finish()) } : { type: 'unanswered' },
            ),
          ),
        );
      });
      const reply = attempt.pipe(
        retry === false
          ? identity
          : retryTransient(alsoNotify(retry, (notice) => events.next({ type: 'retry', notice }))),
        catchError((error: unknown) => of<ReplyEvent>({ type: 'failed', error })),
        finalize(() => events.complete()),
      );
      return merge(events, reply).pipe(scan(reduceView, saved), startWith(saved), distinctUntilChanged());
    });
}

/** Returns the configuration with a listener beside its own. */
export function alsoNotify(retry: RetryConfig, listener: (notice: RetryNotice) => void): RetryConfig {
  const { notify } = retry;
  return {
    ...retry,
    notify: (notice) => {
      if (typeof notify === 'function') {
        notify(notice);
      } else {
        notify?.next?.(notice);
      }
      listener(notice);
    },
  };
}

type ReplyEvent =
  | { readonly type: 'attempt' }
  | { readonly type: 'response'; readonly streamId: string | undefined }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'retry'; readonly notice: RetryNotice }
  | { readonly type: 'done'; readonly message: Message }
  | { readonly type: 'unanswered' }
  | { readonly type: 'failed'; readonly error: unknown };

/** Returns the view after an event: the same object if nothing changed. */
function reduceView(view: ChatView, event: ReplyEvent): ChatView {
  const { status, message } = view;
  switch (event.type) {
    case 'attempt':
      // The text of a failed attempt stays on the screen until the next attempt has some.
      return status === 'retrying' && !hasOutput(message) ? viewOf('waiting', message) : view;
    case 'message':
      return event.message === message ? view : showMessage(view, event.message);
    case 'response':
      // Of several exchanges of an attempt, that of the answer may not be the last.
      return event.streamId === undefined || event.streamId === view.streamId
        ? view
        : Object.freeze({ ...view, streamId: event.streamId });
    case 'retry':
      return viewOf('retrying', message, { retry: event.notice });
    case 'done':
      return viewOf('done', event.message, streamIdOf(view));
    case 'unanswered':
      return status === 'retrying' ? viewOf('waiting', message) : view;
    case 'failed':
      return failedView(message, event.error, streamIdOf(view));
  }
}

function showMessage(view: ChatView, message: Message): ChatView {
  if (hasOutput(message)) {
    return viewOf('streaming', message, streamIdOf(view));
  }
  // An empty start of the next attempt would make the text of the failed one flicker, or that of a saved reply.
  return view.status === 'retrying' || hasOutput(view.message) ? view : viewOf('waiting', message, streamIdOf(view));
}
