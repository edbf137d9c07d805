import * as fc from 'fast-check';
import {
  asyncScheduler,
  concat,
  concatMap,
  EMPTY,
  from,
  map,
  NEVER,
  tap,
  throwError,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { accumulateText } from '../../src/operators/accumulate-text.js';
import { coalesceText } from '../../src/operators/coalesce-text.js';
import { smoothText } from '../../src/operators/smooth-text.js';
import { throttleRender } from '../../src/operators/throttle-render.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

interface Timed {
  readonly at: number;
  readonly text: string;
}

/** Everything observable about one subscription. */
interface Run {
  readonly came: readonly Timed[];
  readonly shown: readonly Timed[];
  /** When it ended, and how; `undefined` when it was unsubscribed. */
  readonly end: { readonly at: number; readonly error?: unknown } | undefined;
  /** When the source ended. */
  readonly sourceEnd: number;
  /** The timers left at the end, and after all time had passed. */
  readonly timers: readonly number[];
}

type Pacing = (scheduler: SchedulerLike) => MonoTypeOperatorFunction<string>;

const broken = new Error('broken');
const endings: readonly (readonly [string, Observable<never>, unknown])[] = [
  ['completes', EMPTY, undefined],
  ['fails', throwError(() => broken), broken],
];

const awkward = ['👩‍👩‍👧', '🇩🇪', '👍🏽', 'e\u0301', '각', '你好世界', '「東京」', '\uD83D', '\uDE00', '\u200D', '\r\n', '. '];
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(...awkward, ' ', ' ', '\n', 'word ', 'longer, '),
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
/** A text cut anywhere, even inside a surrogate pair, with a pause before each piece. */
const deltas = fc
  .tuple(texts, fc.array(fc.record({ gap: fc.oneof(fc.constant(0), fc.nat(40)), cut: fc.nat(200) }), { minLength: 1 }))
  .map(([text, steps]) => {
    const places = steps.map(({ cut }) => Math.min(cut, text.length)).sort((a, b) => a - b);
    return steps.map(({ gap }, index) => ({
      gap,
      text: text.slice(index === 0 ? 0 : places[index - 1], index === steps.length - 1 ? undefined : places[index]),
    }));
  });
const smoothing = fc.record({
  unit: fc.constantFrom('word', 'line', 'grapheme'),
  interval: fc.nat(20),
  maxLag: fc.nat(60),
  flush: fc.boolean(),
});
const pacings = fc.oneof(
  fc.nat(20).map(
    (pause): Pacing =>
      (scheduler) =>
        coalesceText(pause, scheduler),
  ),
  smoothing.map(
    (config): Pacing =>
      (scheduler) =>
        smoothText({ ...config, scheduler }),
  ),
);

function run(
  given: readonly { readonly gap: number; readonly text: string }[],
  pacing: Pacing,
  ending: Observable<never>,
  leaveAt = Infinity,
): Run {
  const scheduler = watchScheduler();
  const came: Timed[] = [];
  const shown: Timed[] = [];
  const timers: number[] = [];
  let end: Run['end'];
  let sourceEnd = 0;
  runMarbles(() => {
    const now = (): number => asyncScheduler.now();
    const source = concat(
      from(given).pipe(
        concatMap(({ gap, text }) => timer(gap).pipe(map(() => text))),
        tap((text) => came.push({ at: now(), text })),
      ),
      ending,
    );
    sourceEnd = given.reduce((time, { gap }) => time + gap, 0);
    const subscription = source.pipe(pacing(scheduler)).subscribe({
      next: (text) => shown.push({ at: now(), text }),
      error: (error: unknown) => (end = { at: now(), error }),
      complete: () => (end = { at: now() }),
    });
    subscription.add(() => asyncScheduler.schedule(() => timers.push(scheduler.waiting)));
    if (leaveAt !== Infinity) {
      asyncScheduler.schedule(() => subscription.unsubscribe(), leaveAt);
    }
  });
  return { came, shown, end, sourceEnd, timers: [...timers, scheduler.waiting] };
}

const joined = (seen: readonly Timed[]): string => seen.map(({ text }) => text).join('');
const gapsOf = (seen: readonly Timed[]): readonly number[] =>
  seen.slice(1).map(({ at }, index) => at - seen[index]!.at);
/** When each UTF-16 code unit was emitted. */
const timesOf = (seen: readonly Timed[]): readonly number[] =>
  seen.flatMap(({ at, text }) => text.split('').map(() => at));

describe('any timing', () => {
  describe.each(endings)('when the source %s', (_, ending, error) => {
    it('loses and reorders no text, and leaves no timer', () => {
      fc.assert(
        fc.property(deltas, pacings, (given, pacing) => {
          const { came, shown, end, timers } = run(given, pacing, ending);

          expect(joined(shown)).toBe(joined(came));
          expect(end?.error).toBe(error);
          expect(timers).toEqual([0, 0]);
        }),
      );
    });

    it('coalesceText emits at most once per pause', () => {
      fc.assert(
        fc.property(deltas, fc.nat(20), (given, pause) => {
          const { shown, sourceEnd } = run(given, (scheduler) => coalesceText(pause, scheduler), ending);
          // Completion does not wait for the pause, so pending text may be emitted early.
          const paced = shown.at(-1)?.at === sourceEnd ? shown.slice(0, -1) : shown;

          expect(Math.min(pause, ...gapsOf(paced))).toBe(pause);
        }),
      );
    });

    it('smoothText delays no character by more than maxLag, and emits at most once per interval', () => {
      fc.assert(
        fc.property(deltas, smoothing, (given, config) => {
          const { interval, maxLag, flush } = config;
          const pacing: Pacing = (scheduler) => smoothText({ ...config, scheduler });
          const { came, shown, end, sourceEnd } = run(given, pacing, ending);

          const text = joined(came);
          const arrivals = timesOf(came);
          const lags = timesOf(shown).map((at, index) => {
            // The first half of a surrogate pair waits for the second.
            const half = /[\uD800-\uDBFF]/u.test(text.charAt(index));
            return at - ((half ? arrivals[index + 1] : arrivals[index]) ?? sourceEnd);
          });
          expect(Math.max(0, ...lags)).toBeLessThanOrEqual(maxLag);
          expect(end!.at).toBe(error || flush ? sourceEnd : Math.max(sourceEnd, shown.at(-1)?.at ?? 0));

          const tick = Math.min(interval, maxLag);
          const flushed = (error !== undefined || flush) && shown.at(-1)?.at === sourceEnd;
          expect(Math.min(tick, ...gapsOf(flushed ? shown.slice(0, -1) : shown))).toBe(tick);
        }),
      );
    });

    it('throttleRender keeps the order, emits the last snapshot and leaves no timer', () => {
      fc.assert(
        fc.property(deltas, fc.nat(20), (given, pause) => {
          const pacing: Pacing = (scheduler) => (source) =>
            source.pipe(accumulateText(), throttleRender(pause, scheduler));
          const { came, shown, timers } = run(given, pacing, ending);

          expect(shown.at(-1)?.text).toBe(joined(came));
          shown.slice(1).forEach(({ text }, index) => expect(text.startsWith(shown[index]!.text)).toBe(true));
          expect(timers).toEqual([0, 0]);
        }),
      );
    });
  });

  it('leaves no timer and emits nothing after it is unsubscribed at any moment', () => {
    const any = fc.oneof(
      pacings,
      fc.nat(20).map(
        (pause): Pacing =>
          (scheduler) =>
            throttleRender(pause, scheduler),
      ),
    );
    fc.assert(
      fc.property(deltas, any, fc.nat(300), (given, pacing, leaveAt) => {
        const { shown, end, timers } = run(given, pacing, NEVER, leaveAt);

        expect(Math.max(0, ...shown.map(({ at }) => at))).toBeLessThanOrEqual(leaveAt);
        expect(end).toBeUndefined();
        expect(timers).toEqual([0, 0]);
      }),
    );
  });

  it('emits a prefix of the text that arrived before it was unsubscribed', () => {
    fc.assert(
      fc.property(deltas, pacings, fc.nat(300), (given, pacing, leaveAt) => {
        const { came, shown } = run(given, pacing, NEVER, leaveAt);

        expect(joined(came).startsWith(joined(shown))).toBe(true);
      }),
    );
  });

  it('smoothText never splits a grapheme, wherever a burst is cut', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(deltas, fc.nat(20), (given, interval) => {
        const atOnce = given.map(({ text }) => ({ gap: 0, text }));
        const { came, shown } = run(
          atOnce,
          (scheduler) => smoothText({ unit: 'grapheme', interval, maxLag: 60, scheduler }),
          EMPTY,
        );

        const starts = new Set(Array.from(segmenter.segment(joined(came)), ({ index }) => index));
        let position = 0;
        for (const { text } of shown) {
          expect(starts).toContain(position);
          position += text.length;
        }
      }),
    );
  });
});
