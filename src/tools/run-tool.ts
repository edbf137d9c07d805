import {
  catchError,
  concat,
  concatMap,
  from,
  map,
  type Observable,
  of,
  type SchedulerLike,
  startWith,
  switchAll,
  takeWhile,
  timer,
} from 'rxjs';
import type { ToolCall } from '../schemas/message.js';
import { inContext, type RunInContext } from '../transport/async-context.js';
import { maxTimer } from '../util/check.js';
import { operate, perSubscription } from '../util/operate.js';
import type { RunnableTool } from './tool.js';
import type { ToolFailureReason } from './tool-run-event.js';
import { isPromise, streamOf, type ToolValue, valuesOf } from './tool-values.js';

/** What happens in a call. */
export type CallStep =
  | { readonly type: 'start' }
  | { readonly type: 'progress'; readonly value: unknown }
  | { readonly type: 'result'; readonly value: unknown; readonly content: string }
  | CallFailure;

/** Why a call has no result, and what the model is told. */
export interface CallFailure {
  readonly type: 'failure';
  readonly reason: ToolFailureReason;
  readonly error?: unknown;
  readonly content: string;
}

/** Whether a call ends with this step. */
export function isLast(step: CallStep): step is Extract<CallStep, { readonly content: string }> {
  return step.type === 'result' || step.type === 'failure';
}

/** How the tools of a run are run. */
export interface ToolLimits {
  /** `Infinity` for none. */
  readonly timeout: number;
  readonly resultCharacters: number;
  readonly scheduler: SchedulerLike;
  /** Calls in the async context of the run's subscriber. */
  readonly context: RunInContext;
}

/** A call that may run: its tool, its arguments, and what the tool is told besides. */
export interface ApprovedCall {
  readonly tool: RunnableTool;
  readonly args: unknown;
  readonly call: ToolCall;
  readonly turn: number;
  readonly controller: AbortController;
}

/** Runs a tool. Emits its start, its values as they come, and one result or failure. Never errors. */
export function runTool(approved: ApprovedCall, limits: ToolLimits): Observable<CallStep> {
  const { tool, args, call, turn, controller } = approved;
  const { resultCharacters, context } = limits;
  const { name } = tool;
  const work = perSubscription(() => {
    const given = tool.run(args, { call, turn, signal: controller.signal });
    // What awaits a tool in order to log it, say, gives a Promise of its stream.
    const values =
      isPromise(given) && streamOf(given) === undefined
        ? from(given).pipe(inContext(context), concatMap(valuesOf))
        : valuesOf(given);
    return values.pipe(
      inContext(context),
      // Unlike `concat` it subscribes even if the tool has just ended its own run: nobody else would handle the rejection
      // of its Promise.
      operate<ToolValue, CallStep>((destination) => {
        let last: unknown;
        return {
          next: ({ value, isProgress }) => {
            last = value;
            if (isProgress) {
              destination.next({ type: 'progress', value });
            }
          },
          complete: () => {
            destination.next(toResult(name, last ?? null, resultCharacters));
            destination.complete();
          },
        };
      }),
    );
  }).pipe(
    catchError((error: unknown) => {
      const content = messageOf(name, error).slice(0, resultCharacters);
      return of<CallStep>({ type: 'failure', reason: 'thrown', error, content });
    }),
  );
  return concat(of<CallStep>({ type: 'start' }), work).pipe(endAfter(approved, limits));
}

/** Fails a call after its time. Its tool is unsubscribed first, so that what it does when it is aborted is not told. */
function endAfter({ tool: { name }, controller }: ApprovedCall, { timeout, scheduler }: ToolLimits) {
  return (source: Observable<CallStep>): Observable<CallStep> => {
    if (timeout === Infinity) {
      return source;
    }
    const expired = perSubscription(() => {
      controller.abort();
      const content = `The tool "${name}" took longer than ${timeout} ms`;
      return of<CallStep>({ type: 'failure', reason: 'timeout', content });
    });
    return timer(Math.min(timeout, maxTimer), scheduler).pipe(
      map(() => expired),
      startWith(source),
      switchAll(),
      takeWhile((step) => !isLast(step), true),
    );
  };
}

/**
 * Returns the result of a tool as the model is told it: a string as it is, anything else as JSON.
 *
 * @throws TypeError, or what a `toJSON` throws, for a result that has no JSON.
 */
function toResult(name: string, value: unknown, maximum: number): CallStep {
  const content = typeof value === 'string' ? value : (JSON.stringify(value) as string | undefined);
  if (content === undefined) {
    throw new TypeError(`The result of the tool "${name}" is a ${typeof value}, which has no JSON`);
  }
  return content.length <= maximum
    ? { type: 'result', value, content }
    : {
        type: 'failure',
        reason: 'too_large',
        content: `The result of the tool "${name}" is too long: ${content.length} characters, the limit is ${maximum}`,
      };
}

function messageOf(name: string, error: unknown): string {
  const message: unknown = typeof error === 'string' ? error : (error as Partial<Error> | null | undefined)?.message;
  return typeof message === 'string' && message !== '' ? message : `The tool "${name}" failed`;
}
