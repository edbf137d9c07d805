import { BehaviorSubject, defer, distinctUntilChanged, finalize, map, merge, type Observable, scan } from 'rxjs';
import type { RetryConfig, RetryNotice } from '../operators/retry-with-backoff.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { accumulateRun } from './accumulate-run.js';
import { alsoNotify } from './accumulate-view.js';
import { type ChatView, failedView, hasOutput, viewOf, waitingView } from './chat-view.js';
import { type RunView, waitingRun } from './run-view.js';

/** What a run needs in order to be watched. */
export interface RunHooks {
  /** To be called before each attempt of a turn. */
  readonly onAttempt: () => void;
  readonly retry: RetryConfig | false;
}

/**
 * Emits a tool run as the reply to a prompt, and shows each pause before a retry. Never errors.
 *
 * @param start Starts the run with these hooks. An error that it throws becomes a failed reply.
 */
export function viewRun(
  retry: RetryConfig | false,
  start: (hooks: RunHooks) => Observable<ToolRunEvent>,
): Observable<ChatView> {
  return defer(() => {
    const pauses = new BehaviorSubject<RetryNotice | undefined>(undefined);
    const hooks = {
      onAttempt: () => pauses.next(undefined),
      retry: retry === false ? false : alsoNotify(retry, (notice) => pauses.next(notice)),
    } as const;
    const runs = defer(() => start(hooks)).pipe(
      accumulateRun(),
      finalize(() => pauses.complete()),
    );
    return merge(
      pauses.pipe(
        distinctUntilChanged(),
        map((pause) => ({ pause })),
      ),
      runs.pipe(map((run) => ({ run }))),
    ).pipe(
      scan<Partial<Progress>, Progress>((progress, change) => ({ ...progress, ...change }), { run: waitingRun }),
      map(showProgress),
      distinctUntilChanged(),
    );
  });
}

interface Progress {
  readonly run: RunView;
  readonly pause?: RetryNotice | undefined;
}

function showProgress({ run, pause }: Progress): ChatView {
  const { status, turns, error } = run;
  const { message } = turns.at(-1) ?? waitingView;
  if (status === 'done') {
    return viewOf('done', message, { run });
  }
  if (status === 'failed') {
    return failedView(message, error, run);
  }
  const details = turns.length > 0 && { run };
  if (pause !== undefined) {
    return viewOf('retrying', message, { ...details, retry: pause });
  }
  return turns.length === 0 ? waitingView : viewOf(hasRunOutput(run) ? 'streaming' : 'waiting', message, { run });
}

/** Returns whether a run has anything to show. */
export function hasRunOutput({ turns }: RunView): boolean {
  return turns.some(({ message, calls }) => calls.length > 0 || hasOutput(message));
}
