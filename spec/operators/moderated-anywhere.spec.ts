import * as fc from 'fast-check';
import { concatMap, from, map, type Observable, of, timer } from 'rxjs';
import { moderated, type ModeratedConfig } from '../../src/index.js';
import { runMarbles } from '../support/run-marbles.js';

/** The same runs each time, so that a failure can be repeated. */
const settings = { seed: 15, numRuns: 150 };

const awkward = ['👩‍👩‍👧', '😀', 'e\u0301', '你好。', '\n', '\r\n', '. ', '3.5', 'e.g. ', '! ', '?) '];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...awkward, 'Word ', 'word '), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));
/** A text cut anywhere, even inside a surrogate pair, with a pause before each piece. */
const deltas = fc
  .tuple(texts, fc.array(fc.record({ gap: fc.nat(5), cut: fc.nat(150) }), { minLength: 1, maxLength: 30 }))
  .map(([text, steps]) => {
    const places = steps.map(({ cut }) => Math.min(cut, text.length)).sort((one, other) => one - other);
    return steps.map(({ gap }, index) => ({
      gap,
      text: text.slice(index === 0 ? 0 : places[index - 1], index === steps.length - 1 ? undefined : places[index]),
    }));
  });
const configs = fc.record({ window: fc.integer({ min: 1, max: 60 }), context: fc.nat(20) });
/** How long each check takes; `undefined` for a plain value. */
const durations = fc.array(fc.oneof(fc.constant(undefined), fc.nat(12)), { minLength: 1, maxLength: 20 });

type Deltas = readonly { readonly gap: number; readonly text: string }[];
type Verdict = boolean | Error;

interface Run {
  /** The texts that were checked, in order. */
  readonly checks: readonly { readonly text: string; readonly verdict: Verdict; isDecided: boolean }[];
  readonly emitted: readonly string[];
  readonly end: { readonly error?: unknown } | undefined;
  readonly mostAtOnce: number;
  /** Whether a text was emitted of which no check had ended yet. */
  readonly early: boolean;
}

function run(
  given: Deltas,
  config: ModeratedConfig,
  times: readonly (number | undefined)[],
  verdictOf: (place: number) => Verdict = () => true,
): Run {
  const checks: { text: string; verdict: Verdict; isDecided: boolean }[] = [];
  const emitted: string[] = [];
  let end: Run['end'];
  let running = 0;
  let mostAtOnce = 0;
  let early = false;
  const check = (text: string): boolean | Observable<boolean> => {
    const place = checks.length;
    const entry = { text, verdict: verdictOf(place), isDecided: false };
    const decide = (): boolean => {
      running -= 1;
      entry.isDecided = true;
      if (entry.verdict instanceof Error) {
        throw entry.verdict;
      }
      return entry.verdict;
    };
    checks.push(entry);
    running += 1;
    mostAtOnce = Math.max(mostAtOnce, running);
    const time = times[place % times.length];
    return time === undefined ? decide() : timer(time).pipe(map(decide));
  };
  runMarbles(() => {
    from(given)
      .pipe(
        concatMap(({ gap, text }) => (gap === 0 ? of(text) : timer(gap).pipe(map(() => text)))),
        moderated(check, config),
      )
      .subscribe({
        next: (text) => {
          early ||= checks[emitted.length]?.isDecided !== true;
          emitted.push(text);
        },
        error: (error: unknown) => (end = { error }),
        complete: () => (end = {}),
      });
  });
  return { checks, emitted, end, mostAtOnce, early };
}

/** Whether a text holds no half of a surrogate pair. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
const whole = (given: Deltas): string => given.map(({ text }) => text).join('');

describe('moderated, with text cut anywhere and checks of any duration', () => {
  it('emits all of it, in order, each part after its own check', () => {
    fc.assert(
      fc.property(deltas, configs, durations, (given, config, times) => {
        const { checks, emitted, end, mostAtOnce, early } = run(given, config, times);

        expect(emitted.join('')).toBe(whole(given));
        expect(end).toEqual({});
        expect(early).toBe(false);
        expect(mostAtOnce).toBeLessThanOrEqual(2);
        expect(checks).toHaveLength(emitted.length);
        let before = '';
        emitted.forEach((text, place) => {
          const context = checks[place]!.text.slice(0, -text.length);
          expect(checks[place]!.text).toBe(context + text);
          expect(before.endsWith(context)).toBe(true);
          // A context that would begin in the middle of a pair is shorter.
          expect([0, 1]).toContain(Math.min(before.length, config.context) - context.length);
          before += text;
        });
      }),
      settings,
    );
  });

  it('never cuts a surrogate pair', () => {
    fc.assert(
      fc.property(deltas, configs, durations, (given, config, times) => {
        const { checks, emitted } = run(given, config, times);

        const cut = [...emitted, ...checks.map(({ text }) => text)].filter((text) => !isWellFormed(text));
        expect(cut).toEqual([]);
      }),
      settings,
    );
  });

  it('cuts sentences at the same places, however they arrive', () => {
    fc.assert(
      fc.property(deltas, (given) => {
        const config = { window: 1000, context: 0 };
        const { emitted } = run(given, config, [undefined]);

        expect(emitted).toEqual(run([{ gap: 0, text: whole(given) }], config, [undefined]).emitted);
      }),
      settings,
    );
  });

  it('emits what stands before the first text that does not pass, and nothing else', () => {
    const broken = new Error('broken');
    const verdicts = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constantFrom(false, broken)), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(deltas, configs, durations, verdicts, (given, config, times, pattern) => {
        const { checks, emitted, end, early } = run(given, config, times, (place) => pattern[place % 40]!);
        const failing = checks.findIndex(({ verdict }) => verdict !== true);
        const passed = emitted.join('');

        expect(early).toBe(false);
        expect(whole(given).startsWith(passed)).toBe(true);
        expect(emitted).toHaveLength(failing === -1 ? checks.length : failing);
        expect(end?.error).toEqual(
          failing === -1
            ? undefined
            : checks[failing]!.verdict || expect.objectContaining({ code: 'moderation', partial: passed }),
        );
      }),
      settings,
    );
  });
});
