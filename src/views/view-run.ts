import { BehaviorSubject, defer, distinctUntilChanged, finalize, map, merge, type Observable, scan } from 'rxjs';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { accumulateRunFrom } from './accumulate-run.js';
import { alsoNotify, type OnResponse } from './accumulate-view.js';
import { type ChatView, failedView, hasOutput, streamIdOf, viewOf, waitingView } from './chat-view.js';
import { type RunView, waitingRun } from './run-view.js';

/** What a run needs in order to be watched. */
export interface RunHooks {
  /** To be called before each attempt of a turn. */
  readonly onAttempt: () => void;
  /** To be called with the head of each response. */
  readonly onResponse: OnResponse;
  readonly retry: RetryConfig | false;
}

/**
 * Emits a tool run as the reply to a prompt, and shows each pause before a retry and the stream that a relay keeps. Never
 * errors.
 *
 * @param start Starts the run with these hooks. An error that it throws becomes a failed reply.
 * @param saved The run and its stream, if it was saved while a turn was arriving.
 */
export function viewRun(
  retry: RetryConfig | false,
  start: (hooks: RunHooks) => Observable<ToolRunEvent>,
  { run: from = waitingRun, streamId: saved }: Pick<ChatView, 'run' | 'streamId'> = waitingView,
): Observable<ChatView> {
  return defer(() => {
    const attempts = new BehaviorSubject<Attempt>(saved === undefined ? begun : { streamId: saved });
    const hooks: RunHooks = {
      onAttempt: () => attempts.next(begun),
      onResponse: ({ streamId }) => {
        if (streamId !== undefined && streamId !== attempts.value.streamId) {
          attempts.next({ streamId });
        }
      },
      retry: retry === false ? false : alsoNotify(retry, (notice) => attempts.next({ retry: notice })),
    };
    const runs = defer(() => start(hooks)).pipe(
      accumulateRunFrom(from),
      finalize(() => attempts.complete()),
    );
    return merge(
      attempts.pipe(map((attempt) => ({ attempt }))),
      // While tools run, no stream is arriving.
      runs.pipe(map((run) => (run.status === 'calling' ? { run, attempt: begun } : { run }))),
    ).pipe(
      scan<Partial<Progress>, Progress>(
        (progress, change) =>
          change.run === undefined && change.attempt === progress.attempt ? progress : { ...progress, ...change },
        { run: from, attempt: begun },
      ),
      distinctUntilChanged(),
      map(showProgress),
      distinctUntilChanged(),
    );
  });
}

/** What is known of an attempt of a turn besides its answer. */
type Attempt = Pick<ChatView, 'retry' | 'streamId'>;

const begun: Attempt = {};

interface Progress {
  readonly run: RunView;
  readonly attempt: Attempt;
}

function showProgress({ run, attempt }: Progress): ChatView {
  const { status, turns, error } = run;
  const { message } = turns.at(-1) ?? waitingView;
  if (status === 'done') {
    return viewOf('done', message, { run, ...streamIdOf(attempt) });
  }
  if (status === 'failed') {
    return failedView(message, error, { run, ...streamIdOf(attempt) });
  }
  if (turns.length === 0 && attempt === begun) {
    return waitingView;
  }
  const shown = hasRunOutput(run) ? 'streaming' : 'waiting';
  return viewOf(attempt.retry === undefined ? shown : 'retrying', message, {
    ...(turns.length > 0 && { run }),
    ...attempt,
  });
}

/** Returns whether a run has anything to show. */
export function hasRunOutput({ turns }: RunView): boolean {
  return turns.some(({ message, calls }) => calls.length > 0 || hasOutput(message));
}
