/*
 * A server that is down gets no storm: 200 clients ask again and again, and share one retry budget. What they send beyond
 * one request per question stays within a tenth and the bucket. Then the same against a server that is down every second
 * time, where successes pay for retries: of all that it gets a tenth, and the bucket.
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
import { countsOfServer, promise, random, request, short, urlOf } from './support/measurement.js';
import { show } from './support/numbers.js';

const clients = 200;
const milliseconds = short ? 1000 : 30_000;
/** How long a client waits between an answer and its next question, in milliseconds. */
const thinking = 100;
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
      mergeMap(() => askAgainAndAgain(scenario, budget)),
      takeUntil(timer(milliseconds)),
    ),
    { defaultValue: undefined },
  );
  const requests = (await countsOfServer()).requestsTo[scenario] ?? 0;
  const bound = allowed(requests) + capacity / cost;
  promise(
    retries > 0 && requests <= bound,
    `${scenario}: ${show(questions)} questions, ${show(retries)} retries: ${show(requests)} requests, ${show(bound)} allowed`,
  );
}

function askAgainAndAgain(scenario: string, budget: RetryBudget): Observable<never> {
  const client = createClient({ baseURL: urlOf(scenario) });
  return defer(() => {
    questions += 1;
    return client.chat(request).pipe(
      retryTransient({ budget, random, notify: () => (retries += 1) }),
      ignoreElements(),
      catchError(() => EMPTY),
    );
  }).pipe(repeat({ delay: () => timer(thinking) }));
}
