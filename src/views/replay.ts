import { catchError, map, type Observable, throwError } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { type OnResponse, viewWith } from './accumulate-view.js';
import { type ChatView, viewOf } from './chat-view.js';
import type { RunTurn } from './run-view.js';
import { viewRun } from './view-run.js';

/** A reply that was saved in flight, and how to ask for it. */
export interface Replay {
  readonly saved: ChatView;
  /** Attaches to its stream at the relay. */
  readonly attach: (onResponse: OnResponse) => Observable<ChatCompletionChunk | ResponseEvent>;
  /** Requests the answer once more. */
  readonly ask: (onResponse: OnResponse) => Observable<AnswerValue>;
  /** Whether prompts are answered by runs. */
  readonly isRun: boolean;
  readonly retry: RetryConfig | false;
}

/**
 * Emits the views of a reply that was saved in flight, from the start of the stream that a relay keeps. The saved text stays
 * until there is some. If the relay no longer has the stream, or it was stopped there, the reply is `stopped` and keeps its
 * text.
 *
 * Retries attach to the stream again, unless that holds the error: then the answer is requested once more. Of a run the turn
 * that was arriving is replayed, without retries. If it calls tools the reply is `stopped`, because they may have run already.
 */
export function replay({ saved, attach, ask, isRun, retry }: Replay): Observable<ChatView> {
  let ending: Ending | undefined;
  const attachTo: Replay['attach'] = (onResponse) =>
    attach(onResponse).pipe(
      catchError((error: unknown) => {
        ending = endingOf(error);
        return throwError(() => (ending === 'stopped' ? copyError(error, { retryable: false }) : error));
      }),
    );
  const views =
    isRun || saved.run !== undefined
      ? replayTurn(saved, attachTo)
      : viewWith({ retry })((onResponse) => (ending === 'failed' ? ask : attachTo)(onResponse), saved);
  let shown = saved;
  return views.pipe(map((view) => (shown = ending === 'stopped' && view.status === 'failed' ? stopped(shown) : view)));
}

/** How a stream itself ended, and not its connection. */
type Ending = 'stopped' | 'failed';

function endingOf(error: unknown): Ending | undefined {
  if (!isLlmError(error) || error.kind === 'truncated') {
    return undefined;
  }
  const { name, kind, code } = error as LlmError & { readonly code?: unknown };
  const isPart = name === 'StreamError';
  return code === 'stopped' || (kind === 'not_found' && !isPart) ? 'stopped' : isPart ? 'failed' : undefined;
}

function replayTurn(saved: ChatView, attach: Replay['attach']): Observable<ChatView> {
  return viewRun(
    false,
    ({ onResponse }) => attach(onResponse).pipe(map((chunk): ToolRunEvent => ({ type: 'chunk', turn: 0, chunk }))),
    saved,
  ).pipe(map(stoppedAtCalls));
}

/** Ends a run as a stop before its tools run would. */
function stoppedAtCalls(view: ChatView): ChatView {
  const { status, message, run } = view;
  if (status !== 'done' || run === undefined || message.toolCalls.length === 0) {
    return view;
  }
  const calls = message.toolCalls.map((call) => Object.freeze({ call, status: 'waiting' } as const));
  const turn: RunTurn = Object.freeze({ message, calls: Object.freeze(calls) });
  const turns = Object.freeze([...run.turns.slice(0, -1), turn]);
  return stopped({ ...view, run: Object.freeze({ ...run, status: 'calling', turns }) });
}

/** Returns the view of a reply that nothing follows. */
export function stopped({ message, run }: ChatView): ChatView {
  return viewOf('stopped', message, run && { run });
}
