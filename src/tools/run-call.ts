import { catchError, concatMap, defaultIfEmpty, from, map, type Observable, of, take, tap } from 'rxjs';
import type { OutputIssue } from '../errors/output-error.js';
import type { ToolCall } from '../schemas/message.js';
import { inContext, type RunInContext } from '../transport/async-context.js';
import { perSubscription } from '../util/operate.js';
import { type CallFailure, type CallStep, isLast, runTool, type ToolLimits } from './run-tool.js';
import type { ToolsConfig } from './run-tools-config.js';
import type { RunnableTool, ToolContext } from './tool.js';

/** How the calls of a run are answered. */
export interface CallRunner extends ToolLimits, Pick<ToolsConfig, 'approve'> {
  readonly tools: ReadonlyMap<string, RunnableTool>;
}

/**
 * Answers one call: its arguments are validated, it is approved, and its tool runs. Emits what happens, at the end one
 * `result` or `failure`, and never errors. The call's signal aborts when the call is unsubscribed or its time is over, and
 * not when the tool has ended by itself.
 */
export function runCall(runner: CallRunner, call: ToolCall, turn: number): Observable<CallStep> {
  const { tools, context } = runner;
  const { name } = call;
  const tool = tools.get(name);
  if (tool === undefined) {
    return of({ type: 'failure', reason: 'unknown', content: `There is no tool "${name}"` });
  }
  return perSubscription(() => {
    const controller = new AbortController();
    let ended = false;
    const run = (args: unknown): Observable<CallStep> => runTool({ tool, args, call, turn, controller }, runner);
    return validate(tool, call.arguments, context).pipe(
      concatMap((parsed) =>
        'type' in parsed
          ? of(parsed)
          : approve(runner, call, { turn, signal: controller.signal }).pipe(
              concatMap((denied) => (denied === undefined ? run(parsed.value) : of(denied))),
            ),
      ),
      tap({
        next: (step) => (ended = isLast(step)),
        unsubscribe: () => {
          if (!ended) {
            controller.abort();
          }
        },
      }),
    );
  });
}

/** Emits the arguments, or why they are not usable. */
function validate(
  tool: RunnableTool,
  text: string,
  context: RunInContext,
): Observable<{ readonly value: unknown } | CallFailure> {
  const { name } = tool;
  return perSubscription(() => tool.parse(text)).pipe(
    inContext(context),
    take(1),
    map((parsed) => (parsed.issues === undefined ? parsed : invalid(tellIssues(name, parsed.issues)))),
    catchError((error: unknown) => of(invalid(`The arguments of the tool "${name}" could not be checked`, { error }))),
  );
}

function invalid(content: string, error?: { readonly error: unknown }): CallFailure {
  return { type: 'failure', reason: 'invalid', ...error, content };
}

/** Emits `undefined` for a call that may run, or else the failure. */
function approve(
  { approve: decide, context }: CallRunner,
  call: ToolCall,
  details: Omit<ToolContext, 'call'>,
): Observable<CallFailure | undefined> {
  if (decide === undefined) {
    return of(undefined);
  }
  const denied = (error?: { readonly error: unknown }): CallFailure => ({
    type: 'failure',
    reason: 'denied',
    ...error,
    content: `The call of the tool "${call.name}" was denied`,
  });
  return perSubscription(() => {
    const verdict = decide(call, details);
    return typeof verdict === 'boolean' ? of(verdict) : from(verdict);
  }).pipe(
    inContext(context),
    take(1),
    map((verdict: unknown) => (verdict === true ? undefined : denied())),
    defaultIfEmpty(denied()),
    catchError((error: unknown) => of(denied({ error }))),
  );
}

/** How many issues of invalid arguments the model is told, and how much of each. */
const maxIssues = 20;
const maxIssueLength = 500;

function tellIssues(name: string, issues: readonly OutputIssue[]): string {
  const lines = issues.slice(0, maxIssues).map(({ path, message }) => {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return `- ${place === '' ? '' : `${place.replace(/^\./u, '')}: `}${message}`.slice(0, maxIssueLength);
  });
  const others = issues.length - lines.length;
  return [
    `The arguments of the tool "${name}" are invalid:`,
    ...lines,
    ...(others > 0 ? [`- and ${others} more`] : []),
  ].join('\n');
}
