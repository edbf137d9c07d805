/*
 * Verifies that unsubscribing reaches the server: 10,000 streams are cancelled at random moments. The server sees each
 * exchange closed, no retry after a cancelled delay, and no new connection in place of a closed one.
 */
import { lastValueFrom, mergeMap, Observable, range, type Subscription, take } from 'rxjs';
import { createClient, retryTransient, textDeltas } from 'rxllm';
import {
  countsOfServer,
  pick,
  print,
  random,
  request,
  short,
  showProgress,
  urlOf,
  verify,
  within,
} from './support/measurement.js';
import { show } from './support/figures.js';
import { burstWords } from './support/scenarios.js';

const streams = short ? 500 : 10_000;
const atOnce = 250;
/**
 * The maximum time until a stream is cancelled, in milliseconds: before it is connected, during the request, or later.
 */
const maxWait = 100;

const moments: Readonly<Record<string, (cancel: () => void) => Subscription>> = {
  silent: (cancel) => {
    setTimeout(cancel, random() * maxWait);
    return ask('silent').subscribe();
  },
  pending: (cancel) =>
    ask('pending').subscribe(() => {
      setTimeout(cancel, random() * maxWait);
    }),
  burst: (cancel) =>
    ask('burst')
      .pipe(take(Math.ceil(random() * burstWords)))
      .subscribe({ complete: cancel }),
  busy: (cancel) =>
    ask('busy')
      .pipe(retryTransient({ notify: () => setTimeout(cancel, random() * maxWait) }))
      .subscribe(),
};

const handles = process.getActiveResourcesInfo().length;
const asked: Record<string, number> = {};
let cancelled = 0;
await lastValueFrom(range(streams).pipe(mergeMap(askAndCancel, atOnce)), { defaultValue: undefined });

const isOver = await within(1000, async () => {
  const { openRequests, openConnections } = await countsOfServer();
  return openRequests === 0 && openConnections === 0;
});
const counts = await countsOfServer();
const paused = asked['busy'] ?? 0;
const unsent = streams - counts.requests;
const moment = Object.entries(asked).map(([name, times]) => `${name} ${show(times)}`);
print(`cancelled at these moments: ${moment.join(', ')}; ${show(unsent)} of them before the request was sent`);
verify(
  counts.cutRequests === counts.requests - paused && counts.cutRequests > streams / 2,
  `the server saw ${show(counts.cutRequests)} of ${show(counts.requests - paused)} answers cut`,
);
verify(counts.requestsTo['busy'] === paused, `no request after a cancelled delay: ${show(paused)} delays`);
verify(isOver, `open after 1 s: ${counts.openRequests} answers, ${counts.openConnections} connections`);
verify(
  counts.unusedConnections <= unsent,
  `${show(counts.connections)} connections, ${show(counts.unusedConnections)} of them for requests that were never sent`,
);
await within(1000, () => process.getActiveResourcesInfo().length === handles);
const more = process.getActiveResourcesInfo().length - handles;
verify(more === 0, `additional timers and sockets: ${more}`);

function ask(scenario: string): Observable<string> {
  return createClient({ baseURL: urlOf(scenario) })
    .chat(request)
    .pipe(textDeltas());
}

/** Completes once a stream is cancelled. */
function askAndCancel(): Observable<never> {
  return new Observable((subscriber) => {
    const name = pick(Object.keys(moments));
    asked[name] = (asked[name] ?? 0) + 1;
    const subscription = moments[name]?.(() => {
      subscription?.unsubscribe();
      cancelled += 1;
      showProgress(cancelled, streams, 'cancelled');
      subscriber.complete();
    });
  });
}
