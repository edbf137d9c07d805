import { asyncScheduler, identity, Observable, throwError } from 'rxjs';
import type { Client } from '../client/create-client.js';
import { OutputError } from '../errors/output-error.js';
import { prepareMessage } from '../operators/accumulate-message.js';
import { retryTransient } from '../operators/retry-transient.js';
import { captureContext } from '../transport/async-context.js';
import { perSubscription, subscribeWithin } from '../util/operate.js';
import { checkRunTools } from './check-run-tools.js';
import type { ChatRunToolsConfig, ResponsesRunToolsConfig, RunToolsConfig } from './run-tools-config.js';
import { type AnyRequest, runTurn, type TurnRunner } from './run-turn.js';
import type { ToolRunEvent } from './tool-run-event.js';

/**
 * Lets the model call tools: requests an answer, runs the tools that it calls, sends their results, and so on until an
 * answer calls none. Emits all that happens, as `ToolRunEvent`s. Turns count from 0.
 *
 * ```text
 * first:   -a-f|                      a = part of a call, f = the end of the answer
 * tool:        ----v---|              v = its last value
 * second:              -----b-g|      b = text
 * result:  -a-f(ks)p---(xt)-b-g(u|)   k = call, s = start, p = progress, x = result, t, u = turn
 * ```
 *
 * Each turn emits a `chunk` for each of the answer, and a `call` for each call once the answer is whole. Then the tools run,
 * `concurrency` at once: `start`, `progress` for each value of a tool that gives a stream, and one `result` or `failure`. A
 * `turn` ends it, with the message and with all that the next request sends. Of a request with `n > 1` the first choice is
 * read.
 *
 * The run completes after an answer without calls, and after one that calls a tool which only `request.tools` declares: the
 * caller answers the calls that are `open`. So it does after one whose `output` waits for another answer of the caller, such
 * as a `computer_call` or an `mcp_approval_request`. If the last of `maxTurns` still calls, its tools run, and then the run errors
 * with `OutputError` of code `max_turns`. A tool never fails the run: the model is told why there is no result. An answer
 * that is cut off, filtered or broken is the run's error, and runs nothing.
 *
 * Unsubscribing aborts the request and every tool that is running. Each subscription is a run of its own. Tools and
 * `approve` are called in the async context (`AsyncLocalStorage`) of the subscriber.
 *
 * @throws TypeError for a client without the method of `api`, an invalid field, or two tools of one name.
 * @see {@link runChunks} to read the answers with the operators for chunks.
 */
export function runTools(client: Pick<Client, 'chat'>, config: ChatRunToolsConfig): Observable<ToolRunEvent<'chat'>>;
export function runTools(
  client: Pick<Client, 'responses'>,
  config: ResponsesRunToolsConfig,
): Observable<ToolRunEvent<'responses'>>;
export function runTools(client: Partial<Client>, config: RunToolsConfig): Observable<ToolRunEvent> {
  const api = checkRunTools(client, config);
  const { tools, maxTurns = 8, retry = {}, scheduler = asyncScheduler, approve, toolCalls } = config;
  const { concurrency = Infinity, timeout = Infinity, resultCharacters = 1_000_000 } = config;
  const request = config.request as unknown as AnyRequest;
  const runnable = new Map(tools.map((tool) => [tool.name, tool]));
  const declared = new Set(api.namesIn(request));
  const runner: Omit<TurnRunner, 'context'> = {
    api,
    ask: (asked) => api.ask(client as Client, asked),
    retrying: retry === false ? identity : retryTransient({ ...retry, scheduler: retry.scheduler ?? scheduler }),
    begin: prepareMessage('runTools', 0, { toolCalls }),
    concurrency,
    tools: runnable,
    isOpen: (name) => declared.has(name),
    approve,
    timeout,
    resultCharacters,
    scheduler,
  };
  return perSubscription(() => {
    const context = captureContext();
    let next: AnyRequest | undefined = api.begin(request, tools);
    let turn = 0;
    return inSequence((): Observable<ToolRunEvent> | undefined => {
      const asked = next;
      next = undefined;
      if (asked !== undefined && turn >= maxTurns) {
        return throwError(() => tooManyTurns(maxTurns));
      }
      return asked && runTurn({ ...runner, context }, turn++, asked, (following) => (next = following));
    });
  });
}

function tooManyTurns(count: number): OutputError {
  const turns = count === 1 ? '1 turn' : `${count} turns`;
  return new OutputError(`The model still calls tools after ${turns}; raise maxTurns if it needs more`, {
    code: 'max_turns',
  });
}

/** Subscribes to one Observable after another, until `following` returns `undefined`. Their number does not deepen the stack. */
function inSequence<T>(following: () => Observable<T> | undefined): Observable<T> {
  return new Observable((subscriber) => {
    let advancing = false;
    let due = false;
    const advance = (): void => {
      due = true;
      if (advancing) {
        return;
      }
      advancing = true;
      while (due && !subscriber.closed) {
        due = false;
        const source = following();
        if (source === undefined) {
          subscriber.complete();
        } else {
          subscribeWithin(source, subscriber, {
            next: (value) => subscriber.next(value),
            error: (error) => subscriber.error(error),
            complete: advance,
          });
        }
      }
      advancing = false;
    };
    advance();
  });
}
