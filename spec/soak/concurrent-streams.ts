/*
 * What an open stream costs: 10,000 of them at once in one process, in turn through rxllm and through bare undici, which
 * reads the same bytes and understands none. The rounds are interleaved, because machines are noisy; what counts are the
 * ratios.
 */
import { createClient, textDeltas } from 'rxllm';
import { Agent } from 'undici';
import { heldBytes } from './support/heap.js';
import {
  countsOfServer,
  print,
  promise,
  releaseAnswers,
  request,
  short,
  urlOf,
  within,
} from './support/measurement.js';
import { median, show, showBytes } from './support/numbers.js';
import { withinOpenFiles } from './support/open-files.js';
import { tell } from './support/progress.js';
import { answerText } from './support/scenarios.js';

const wanted = short ? 500 : 10_000;
const streams = withinOpenFiles(wanted);
const rounds = short ? 1 : 3;
/** The longest that opening or reading them may take, in milliseconds. */
const longest = 120_000;

/** Opens a stream, and tells once that its first piece is here and once how it ended. */
type Open = (report: (news: 'begun' | 'whole' | 'broken') => void) => void;

/** What a stream cost: bytes while it was open, and microseconds of this process's time. */
interface Cost {
  readonly bytes: number;
  readonly time: number;
}

const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0, allowH2: true });
const client = createClient({ baseURL: urlOf('held') });

const openers: Readonly<Record<string, Open>> = { rxllm: openStream, undici: openExchange };
const costs: Readonly<Record<string, Cost[]>> = { rxllm: [], undici: [] };
const all = streams * (rounds + 1) * 2;
const news = { begun: 0, whole: 0, broken: 0 };
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

promise(
  news.whole === all && news.broken === 0,
  `${show(news.whole)} of ${show(all)} answers whole, ${news.broken} errors`,
);
const isFewer = streams < wanted;
promise(
  mostOpen >= streams,
  `open at once, as the server counts: ${show(mostOpen)}${isFewer ? `; shown for ${show(streams)} only, not for ${show(wanted)}` : ''}`,
  { partly: isFewer },
);
const compare = (what: string, of: (cost: Cost) => number, shown: (figure: number) => string): void => {
  const [rxllm = NaN, undici = NaN] = Object.values(costs).map((each) => median(each.map(of)));
  print(`${what} per stream: rxllm ${shown(rxllm)}, undici ${shown(undici)}: ${show(rxllm / undici)} ×`);
};
compare('memory', (cost) => cost.bytes, showBytes);
compare(
  'processor time',
  (cost) => cost.time,
  (figure) => `${show(figure)} µs`,
);

async function measure(open: Open): Promise<Cost> {
  const before = { ...news, bytes: await heldBytes(), time: process.cpuUsage() };
  for (let opened = 0; opened < streams; opened += 1) {
    open((what) => {
      news[what] += 1;
      tell(news.whole + news.broken, all, 'streams');
    });
  }
  const ended = (): number => news.whole + news.broken - before.whole - before.broken;
  await within(longest, () => news.begun - before.begun + news.broken - before.broken >= streams);
  const opening = process.cpuUsage(before.time);
  const bytes = (await heldBytes()) - before.bytes;
  mostOpen = Math.max(mostOpen, (await countsOfServer()).openRequests);

  const resumed = process.cpuUsage();
  await releaseAnswers();
  await within(longest, () => ended() >= streams);
  const reading = process.cpuUsage(resumed);
  // The next round has all sockets to itself.
  await within(longest, async () => (await countsOfServer()).openConnections === 0);
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
