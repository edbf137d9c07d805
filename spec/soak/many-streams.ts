/*
 * Verifies that streams leave nothing open: 200,000 streams, of which 30% are cancelled, 10% fail and 10% are
 * retried. The held memory does not grow from batch to batch, and nothing keeps the process alive after the last
 * stream.
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
import { heldBytes, show } from './support/figures.js';
import {
  ending,
  pick,
  print,
  random,
  reportLastStream,
  request,
  short,
  showProgress,
  urlOf,
  verify,
} from './support/measurement.js';
import { answerText, burstWords } from './support/scenarios.js';

const batches = short ? 10 : 40;
const batchSize = short ? 1200 : 5000;
const atOnce = 100;
/** The first batches, in which code is compiled and caches are filled; most of that takes about 6,000 streams. */
const warmUp = Math.ceil(batches / (short ? 2 : 4));
/**
 * The maximum growth in bytes per stream: higher for few streams, which share the cost of warming up. An open stream
 * holds about 12 kB, so one leak in forty streams would show as 300 bytes.
 */
const maxGrowth = short ? 256 : 8;

const errors: Readonly<Record<string, string>> = {
  refused: 'ApiError',
  reset: 'ConnectionError',
  cut: 'StreamError',
  garbled: 'ProtocolError',
  failed: 'StreamError',
};

/** Streams by the way they end; each emits whether its stream ended as expected. */
const endings = {
  whole: () => ask('whole').pipe(toText(), map(isWhole)),
  cancelled: () =>
    random() < 0.5
      ? ask('burst').pipe(take(Math.ceil(random() * burstWords)), count(), map(Boolean))
      : ask(pick(['silent', 'pending'])).pipe(
          takeUntil(timer(random() * 20)),
          count(),
          map((words) => words <= 2),
        ),
  failing: () => {
    const scenario = pick(Object.keys(errors));
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

// Nothing else is done after the last stream, so the time until the process ends shows what rxllm leaves open.
await runBatch();
reportLastStream();

async function measure(): Promise<void> {
  const handles = process.getActiveResourcesInfo().length;
  const samples: { readonly x: number; readonly y: number }[] = [];
  while (samples.length < batches) {
    await runBatch();
    samples.push({ x: started, y: await heldBytes() });
  }
  const more = process.getActiveResourcesInfo().length - handles;
  const warm = samples.slice(warmUp);
  const growth = slope(warm);
  const shares = Object.entries(outcomes).map(([name, times]) => `${name} ${show(times)}`);
  print(`${show(started)} streams: ${shares.join(', ')}`);
  verify(wrong === 0, `streams that ended in an unexpected way: ${wrong}`);
  const shown = samples.filter((_, place) => (place + 1) % (batches / 10) === 0).map(({ y }) => (y / 1e6).toFixed(2));
  print(`MB held after each tenth of the streams: ${shown.join(' ')}`);
  verify(growth < maxGrowth, `growth: ${show(growth)} bytes per stream`);
  verify(more === 0, `additional timers and sockets: ${more}`);
}

async function runBatch(): Promise<void> {
  const streams = range(batchSize).pipe(mergeMap(askAtRandom, atOnce));
  await lastValueFrom(streams, { defaultValue: undefined });
}

function askAtRandom(): Observable<unknown> {
  const chance = random();
  const kind = chance < 0.3 ? 'cancelled' : chance < 0.4 ? 'failing' : chance < 0.5 ? 'retried' : 'whole';
  started += 1;
  showProgress(started, (batches + 1) * batchSize, 'streams');
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

/** Fits a line to points, by least squares, and returns its slope. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const rise = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  return rise / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
}
