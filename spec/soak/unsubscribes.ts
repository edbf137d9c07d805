/*
 * Leaving is heard: 10,000 streams are left at random moments, and the server sees each exchange closed, no retry after
 * a pause that was left, and no connection opened in place of one that was closed.
 */
import { lastValueFrom, mergeMap, Observable, range, type Subscription, take } from 'rxjs';
import { createClient, retryTransient, textDeltas } from 'rxllm';
import { countsOfServer, print, promise, random, request, short, urlOf, within } from './support/measurement.js';
import { show } from './support/numbers.js';
import { tell } from './support/progress.js';
import { pick } from './support/random.js';
import { burstWords } from './support/scenarios.js';

const streams = short ? 500 : 10_000;
const atOnce = 250;
/** Milliseconds until a stream is left, at most: before it is connected, while the request is on its way, or later. */
const patience = 100;

const moments: Readonly<Record<string, (leave: () => void) => Subscription>> = {
  silent: (leave) => {
    setTimeout(leave, random() * patience);
    return ask('silent').subscribe();
  },
  pending: (leave) =>
    ask('pending').subscribe(() => {
      setTimeout(leave, random() * patience);
    }),
  burst: (leave) =>
    ask('burst')
      .pipe(take(Math.ceil(random() * burstWords)))
      .subscribe({ complete: leave }),
  busy: (leave) =>
    ask('busy')
      .pipe(retryTransient({ notify: () => setTimeout(leave, random() * patience) }))
      .subscribe(),
};

const handles = process.getActiveResourcesInfo().length;
const asked: Record<string, number> = {};
let left = 0;
await lastValueFrom(range(streams).pipe(mergeMap(askAndLeave, atOnce)), { defaultValue: undefined });

const isOver = await within(1000, async () => {
  const { openRequests, openConnections } = await countsOfServer();
  return openRequests === 0 && openConnections === 0;
});
const counts = await countsOfServer();
const paused = asked['busy'] ?? 0;
const unsent = streams - counts.requests;
const moment = Object.entries(asked).map(([name, times]) => `${name} ${show(times)}`);
print(`left at these moments: ${moment.join(', ')}; ${show(unsent)} of them before the request was sent`);
promise(
  counts.cutRequests === counts.requests - paused && counts.cutRequests > streams / 2,
  `the server saw ${show(counts.cutRequests)} of ${show(counts.requests - paused)} answers cut`,
);
promise(counts.requestsTo['busy'] === paused, `no request after a pause that was left: ${show(paused)} pauses`);
promise(isOver, `open after 1 s: ${counts.openRequests} answers, ${counts.openConnections} connections`);
promise(
  counts.unusedConnections <= unsent,
  `${show(counts.connections)} connections, ${show(counts.unusedConnections)} of them for requests that were left unsent`,
);
await within(1000, () => process.getActiveResourcesInfo().length === handles);
const more = process.getActiveResourcesInfo().length - handles;
promise(more === 0, `timers and sockets more than before: ${more}`);

function ask(scenario: string): Observable<string> {
  return createClient({ baseURL: urlOf(scenario) })
    .chat(request)
    .pipe(textDeltas());
}

/** Completes once the stream is left. */
function askAndLeave(): Observable<never> {
  return new Observable((subscriber) => {
    const name = pick(Object.keys(moments), random);
    asked[name] = (asked[name] ?? 0) + 1;
    const subscription = moments[name]?.(() => {
      subscription?.unsubscribe();
      left += 1;
      tell(left, streams, 'left');
      subscriber.complete();
    });
  });
}
