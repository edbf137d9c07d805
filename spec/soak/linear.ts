/*
 * What is read costs the same for each byte, however many there are: 1, 2, 4 and 8 MB come one byte at a time, to the parser
 * and to a whole client, and a million lines of data are one event. Twice as much takes at most 2.5 times the processor
 * time. Each size is read several times and its best time counts, as what else a machine does only adds to it.
 */
import { concat, from, map, type Observable, of } from 'rxjs';
import { createClient, decodeEvents, formatEvent, type TransportEvent } from 'rxllm';
import { finishChunk, textChunk } from 'rxllm/testing';
import { promise, request, short } from './support/measurement.js';
import { show } from './support/numbers.js';
import { tell } from './support/progress.js';

const sizes = short ? [0.25e6, 0.5e6, 1e6] : [1e6, 2e6, 4e6, 8e6];
const lines = [250_000, 500_000, 1_000_000];
/** How often each size is read: so often at least, and again where the machine was too busy to tell, but not without end. */
const rounds = short ? 2 : 3;
const mostRounds = 8;
/** How much longer twice as much may take. */
const mostGrowth = 2.5;

const event = (chunk: object): string => formatEvent({ data: JSON.stringify(chunk) });
const piece = event(textChunk(' over hill and dale'));
const ending = event(finishChunk()) + formatEvent({ data: '[DONE]' });
const head: TransportEvent = {
  type: 'head',
  status: 200,
  headers: new Headers({ 'content-type': 'text/event-stream' }),
};

measure('the parser, many events', sizes, decode, (size) => piece.repeat(size / piece.length));
measure('a client, many chunks', sizes, chat, (size) => piece.repeat(size / piece.length) + ending);
if (!short) {
  measure('the parser, one long event', sizes, decode, (size) => formatEvent({ data: 'x'.repeat(size) }));
  measure('a client, one long chunk', sizes, chat, (size) => event(textChunk('x'.repeat(size))) + ending);
}
measure('lines of data in one event', lines, decodeAtOnce, (count) => `${'data: x\n'.repeat(count)}\n`);

/** Reads a text of each size, and promises that the time for it grows as its size does. */
function measure(
  what: string,
  given: readonly number[],
  read: (bytes: Uint8Array) => Observable<unknown>,
  textOf: (size: number) => string,
): void {
  const texts = given.map((size) => new TextEncoder().encode(textOf(size)));
  const best = texts.map(() => Infinity);
  const growth = (): readonly number[] => best.slice(1).map((next, place) => next / (best[place] ?? 0));
  const isLinear = (): boolean => growth().every((times) => times <= mostGrowth);
  let isWhole = true;
  for (let round = 0; round < rounds || (!isLinear() && round < mostRounds); round += 1) {
    for (const [place, bytes] of texts.entries()) {
      const before = process.cpuUsage();
      isWhole = hasWorked(read(bytes)) && isWhole;
      const { user, system } = process.cpuUsage(before);
      best[place] = Math.min(best[place] ?? Infinity, (user + system) / 1000);
      tell(round * given.length + place + 1, rounds * given.length, `readings: ${what}`);
    }
  }
  const figures = given.map((size, place) => `${show(size)} in ${show(best[place] ?? NaN)} ms`);
  const shownGrowth = growth().map((times) => times.toFixed(2));
  promise(isWhole && isLinear(), `${what}: ${figures.join(', ')}; growth ${shownGrowth.join(', ')}`);
}

/** Runs a source to its end, at once: whether it had something to give and completed. */
function hasWorked(source: Observable<unknown>): boolean {
  let values = 0;
  let isComplete = false;
  source.subscribe({
    next: () => (values += 1),
    error: () => undefined,
    complete: () => (isComplete = true),
  });
  return values > 0 && isComplete;
}

function decode(bytes: Uint8Array): Observable<unknown> {
  return oneByOne(bytes).pipe(decodeEvents());
}

function decodeAtOnce(bytes: Uint8Array): Observable<unknown> {
  return of(bytes).pipe(decodeEvents());
}

function chat(bytes: Uint8Array): Observable<unknown> {
  const data = oneByOne(bytes).pipe(map((single): TransportEvent => ({ type: 'data', bytes: single })));
  return createClient({ baseURL: 'http://server.test/v1', transport: () => concat(of(head), data) }).chat(request);
}

function oneByOne(bytes: Uint8Array): Observable<Uint8Array> {
  return from(singles(bytes));
}

function* singles(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let place = 0; place < bytes.length; place += 1) {
    yield bytes.subarray(place, place + 1);
  }
}
