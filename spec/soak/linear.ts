/*
 * Verifies that the time per byte does not grow with the length of an answer: 1, 2, 4 and 8 MB arrive one byte at a
 * time, at the parser and at a whole client, and a million lines of data form one event. Twice as much may take at most
 * 2.5 times the CPU time. Each size is read several times and the best time counts, because other programs can only add
 * to it.
 */
import { concat, from, map, type Observable, of } from 'rxjs';
import { createClient, decodeEvents, formatEvent, type TransportEvent } from 'rxllm';
import { finishChunk, textChunk } from 'rxllm/testing';
import { request, short, showProgress, verify } from './support/measurement.js';
import { show } from './support/figures.js';

const sizes = short ? [0.25e6, 0.5e6, 1e6] : [1e6, 2e6, 4e6, 8e6];
const lines = [250_000, 500_000, 1_000_000];
/** How often each size is read: more often while a busy machine blurs the result, up to a maximum. */
const rounds = short ? 2 : 3;
const maxRounds = 8;
/** The maximum factor in time for twice as much. */
const maxGrowth = 2.5;

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

/** Reads a text of each size, and verifies that the time grows in proportion. */
function measure(
  name: string,
  sizesRead: readonly number[],
  read: (bytes: Uint8Array) => Observable<unknown>,
  textOf: (size: number) => string,
): void {
  const texts = sizesRead.map((size) => new TextEncoder().encode(textOf(size)));
  const best = texts.map(() => Infinity);
  const growth = (): readonly number[] => best.slice(1).map((next, place) => next / (best[place] ?? 0));
  const isLinear = (): boolean => growth().every((times) => times <= maxGrowth);
  let isWhole = true;
  for (let round = 0; round < rounds || (!isLinear() && round < maxRounds); round += 1) {
    for (const [place, bytes] of texts.entries()) {
      const before = process.cpuUsage();
      isWhole = completesWithValues(read(bytes)) && isWhole;
      const { user, system } = process.cpuUsage(before);
      best[place] = Math.min(best[place] ?? Infinity, (user + system) / 1000);
      showProgress(round * sizesRead.length + place + 1, rounds * sizesRead.length, `readings: ${name}`);
    }
  }
  const figures = sizesRead.map((size, place) => `${show(size)} in ${show(best[place] ?? NaN)} ms`);
  const shownGrowth = growth().map((times) => times.toFixed(2));
  verify(isWhole && isLinear(), `${name}: ${figures.join(', ')}; growth ${shownGrowth.join(', ')}`);
}

/** Runs a synchronous source to its end; returns whether it emitted values and completed. */
function completesWithValues(source: Observable<unknown>): boolean {
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
