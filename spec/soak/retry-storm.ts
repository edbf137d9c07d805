/*
 * Verifies that a retry budget prevents a retry storm: 200 clients keep asking a server that is down, and share one
 * budget. Beyond one request per question they send at most a tenth more, plus what the budget holds. Against a server
 * that fails every second request, where successes refill the budget, retries are at most a tenth of all requests, plus
 * what the budget holds.
 */
import {
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  lastValueFrom,
  mergeMap,
  type Observable,
  range,
  repeat,
  takeUntil,
  timer,
} from 'rxjs';
import { createClient, createRetryBudget, retryTransient, type RetryBudget } from 'rxllm';
import { countsOfServer, random, request, short, urlOf, verify } from './support/measurement.js';
import { show } from './support/figures.js';

const clients = 200;
const duration = short ? 1000 : 30_000;
/** The pause of a client between an answer and its next question, in milliseconds. */
const pause = 100;
const capacity = 500;
const cost = 5;

let questions = 0;
let retries = 0;

await storm('down', () => 1.1 * questions);
await storm('shaky', (requests) => questions + 0.1 * requests);

async function storm(scenario: string, allowed: (requests: number) => number): Promise<void> {
  questions = retries = 0;
  const budget = createRetryBudget({ capacity, cost });
  await lastValueFrom(
    range(clients).pipe(
      mergeMap(() => askRepeatedly(scenario, budget)),
      takeUntil(timer(duration)),
    ),
    { defaultValue: undefined },
  );
  const requests = (await countsOfServer()).requestsTo[scenario] ?? 0;
  const bound = allowed(requests) + capacity / cost;
  verify(
    retries > 0 && requests <= bound,
    `${scenario}: ${show(questions)} questions, ${show(retries)} retries: ${show(requests)} requests, ${show(bound)} allowed`,
  );
}

function askRepeatedly(scenario: string, budget: RetryBudget): Observable<never> {
  const client = createClient({ baseURL: urlOf(scenario) });
  return defer(() => {
    questions += 1;
    return client.chat(request).pipe(
      retryTransient({ budget, random, notify: () => (retries += 1) }),
      ignoreElements(),
      catchError(() => EMPTY),
    );
  }).pipe(repeat({ delay: () => timer(pause) }));
}
