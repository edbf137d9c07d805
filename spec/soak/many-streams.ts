/*
 * Nothing is left behind: 200,000 streams, 30 % of them left, 10 % failing and 10 % retried. What is held after each
 * batch does not grow, and once the last stream is over nothing keeps the process.
 */
import {
  catchError,
  count,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  of,
  range,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { createClient, isLlmError, retryTransient, textDeltas, toText } from 'rxllm';
import { heldBytes } from './support/heap.js';
import { ending, print, promise, random, request, short, tellLastStream, urlOf } from './support/measurement.js';
import { show, slope } from './support/numbers.js';
import { tell } from './support/progress.js';
import { pick } from './support/random.js';
import { answerText, burstWords } from './support/scenarios.js';

const batches = short ? 10 : 40;
const batchSize = short ? 400 : 5000;
const atOnce = 100;
/** The first batches, in which code is compiled and caches fill. */
const warming = Math.ceil(batches / 4);
/**
 * Bytes per stream that a run may seem to cost, which is more where few streams share what warms up. An open stream holds
 * some 40 kB, so that one kept in a hundred would cost 400.
 */
const noise = short ? 256 : 8;

const errors: Readonly<Record<string, string>> = {
  refused: 'ApiError',
  reset: 'ConnectionError',
  cut: 'StreamError',
  garbled: 'ProtocolError',
  failed: 'StreamError',
};

/** Each tells whether the stream ended as it must. */
const endings = {
  whole: () => ask('whole').pipe(toText(), map(isWhole)),
  left: () =>
    random() < 0.5
      ? ask('burst').pipe(take(Math.ceil(random() * burstWords)), count(), map(Boolean))
      : ask(pick(['silent', 'pending'], random)).pipe(
          takeUntil(timer(random() * 20)),
          count(),
          map((words) => words <= 2),
        ),
  failing: () => {
    const scenario = pick(Object.keys(errors), random);
    return ask(scenario).pipe(
      toText(),
      map(() => false),
      catchError((error: unknown) => of(isLlmError(error) && error.name === errors[scenario])),
    );
  },
  retried: () => {
    let retries = 0;
    return ask(`flaky/${started}`, () => (retries += 1)).pipe(
      toText(),
      map((text) => isWhole(text) && retries === 1),
    );
  },
};

const client = createClient();
const outcomes: Record<string, number> = {};
let wrong = 0;
let started = 0;

if (!ending) {
  await measure();
}

// Nothing is done behind the last stream, so that what is measured from here is what rxllm leaves open.
await runBatch();
tellLastStream();

async function measure(): Promise<void> {
  const handles = process.getActiveResourcesInfo().length;
  const samples: { readonly x: number; readonly y: number }[] = [];
  while (samples.length < batches) {
    await runBatch();
    samples.push({ x: started, y: await heldBytes() });
  }
  const more = process.getActiveResourcesInfo().length - handles;
  const warm = samples.slice(warming);
  const growth = slope(warm);
  const shares = Object.entries(outcomes).map(([name, times]) => `${name} ${show(times)}`);
  print(`${show(started)} streams: ${shares.join(', ')}`);
  promise(wrong === 0, `streams with another ending than they must have: ${wrong}`);
  const shown = samples.filter((_, place) => (place + 1) % (batches / 10) === 0).map(({ y }) => (y / 1e6).toFixed(2));
  print(`held after each tenth of them, MB: ${shown.join(' ')}`);
  promise(growth < noise, `it grows by ${show(growth)} bytes a stream`);
  promise(more === 0, `timers and sockets more than before: ${more}`);
}

async function runBatch(): Promise<void> {
  const streams = range(batchSize).pipe(mergeMap(askSomehow, atOnce));
  await lastValueFrom(streams, { defaultValue: undefined });
}

function askSomehow(): Observable<unknown> {
  const chance = random();
  const kind = chance < 0.3 ? 'left' : chance < 0.4 ? 'failing' : chance < 0.5 ? 'retried' : 'whole';
  started += 1;
  tell(started, (batches + 1) * batchSize, 'streams');
  outcomes[kind] = (outcomes[kind] ?? 0) + 1;
  return endings[kind]().pipe(tap((isRight) => (wrong += isRight ? 0 : 1)));
}

function ask(scenario: string, notify?: () => void): Observable<string> {
  const chunks = client.chat(request, { baseURL: urlOf(scenario) });
  return (notify === undefined ? chunks : chunks.pipe(retryTransient({ notify, random }))).pipe(textDeltas());
}

function isWhole(text: string): boolean {
  return text === answerText;
}
