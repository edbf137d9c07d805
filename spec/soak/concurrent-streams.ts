/*
 * Measures what an open stream costs: 10,000 streams at once in one process, in turn through rxllm and through undici
 * alone, which only reads the same bytes. The rounds are interleaved because machines are noisy; compare the ratios.
 */
import { execFileSync } from 'node:child_process';
import { createClient, textDeltas } from 'rxllm';
import { Agent } from 'undici';
import { heldBytes, median, show, showBytes } from './support/figures.js';
import {
  countsOfServer,
  print,
  releaseAnswers,
  request,
  short,
  showProgress,
  urlOf,
  verify,
  within,
} from './support/measurement.js';
import { answerText } from './support/scenarios.js';
/** Open files of a process besides its sockets. */
const reserve = 200;
const wanted = short ? 500 : 10_000;
const streams = withinOpenFiles(wanted);
const rounds = short ? 1 : 3;
/** The maximum time for opening or reading all streams, in milliseconds. */
const maxTime = 120_000;

/** Opens a stream, and reports its first piece and its end. */
type Open = (report: (event: 'begun' | 'whole' | 'broken') => void) => void;

/** The cost of a stream: bytes while it was open, and microseconds of CPU time. */
interface Cost {
  readonly bytes: number;
  readonly time: number;
}

const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
const client = createClient({ baseURL: urlOf('held') });

const openers: Readonly<Record<string, Open>> = { rxllm: openStream, undici: openExchange };
const costs: Readonly<Record<string, Cost[]>> = { rxllm: [], undici: [] };
const all = streams * (rounds + 1) * 2;
const reported = { begun: 0, whole: 0, broken: 0 };
let mostOpen = 0;

for (let round = 0; round <= rounds; round += 1) {
  for (const [name, open] of Object.entries(openers)) {
    const cost = await measure(open);
    // The first round compiles the code.
    if (round > 0) {
      costs[name]?.push(cost);
    }
  }
}

verify(
  reported.whole === all && reported.broken === 0,
  `${show(reported.whole)} of ${show(all)} answers whole, ${reported.broken} errors`,
);
const isPartial = streams < wanted;
verify(
  mostOpen >= streams,
  `open at once, as the server counts: ${show(mostOpen)}${isPartial ? `; shown for ${show(streams)} instead of ${show(wanted)}` : ''}`,
  isPartial,
);
const compare = (name: string, figureOf: (cost: Cost) => number, format: (figure: number) => string): void => {
  const [rxllm = NaN, undici = NaN] = Object.values(costs).map((each) => median(each.map(figureOf)));
  print(`${name} per stream: rxllm ${format(rxllm)}, undici ${format(undici)}: ${show(rxllm / undici)} ×`);
};
compare('memory', (cost) => cost.bytes, showBytes);
compare(
  'CPU time',
  (cost) => cost.time,
  (figure) => `${show(figure)} µs`,
);

async function measure(open: Open): Promise<Cost> {
  const before = { ...reported, bytes: await heldBytes(), time: process.cpuUsage() };
  for (let opened = 0; opened < streams; opened += 1) {
    open((event) => {
      reported[event] += 1;
      showProgress(reported.whole + reported.broken, all, 'streams');
    });
  }
  const ended = (): number => reported.whole + reported.broken - before.whole - before.broken;
  await within(maxTime, () => reported.begun - before.begun + reported.broken - before.broken >= streams);
  const opening = process.cpuUsage(before.time);
  const bytes = (await heldBytes()) - before.bytes;
  mostOpen = Math.max(mostOpen, (await countsOfServer()).openRequests);

  const resumed = process.cpuUsage();
  await releaseAnswers();
  await within(maxTime, () => ended() >= streams);
  const reading = process.cpuUsage(resumed);
  // So that the next round has all sockets to itself.
  await within(maxTime, async () => (await countsOfServer()).openConnections === 0);
  const time = opening.user + opening.system + reading.user + reading.system;
  return { bytes: bytes / streams, time: time / streams };
}

function openStream(report: Parameters<Open>[0]): void {
  let text = '';
  client
    .chat(request)
    .pipe(textDeltas())
    .subscribe({
      next: (delta) => {
        if (text === '') {
          report('begun');
        }
        text += delta;
      },
      error: () => report('broken'),
      complete: () => report(text === answerText ? 'whole' : 'broken'),
    });
}

function openExchange(report: Parameters<Open>[0]): void {
  const { origin, pathname } = new URL(urlOf('held/chat/completions'));
  let bytes = 0;
  agent.dispatch(
    {
      origin,
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, stream: true }),
    },
    {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_controller, piece) => {
        if (bytes === 0) {
          report('begun');
        }
        bytes += piece.length;
      },
      onResponseEnd: () => report('whole'),
      onResponseError: () => report('broken'),
    },
  );
}

/**
 * Limits a number of streams to the sockets that can be open at once, and prints a note if it had to. Node itself
 * raises the soft limit of open files to the hard one.
 */
function withinOpenFiles(streams: number): number {
  const limitText = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  const limit = limitText === 'unlimited' ? Infinity : Number(limitText);
  const allowed = Math.min(streams, limit - reserve);
  if (allowed < streams) {
    console.log(`  note    ${streams} streams are too many for ${limit} open files (ulimit -n): ${allowed} instead`);
  }
  return allowed;
}
