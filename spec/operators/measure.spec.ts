import { asyncScheduler, concat, config as rxjsConfig, from, NEVER, of, Subject, take, tap, timer } from 'rxjs';
import { measure, type StreamTiming } from '../../src/operators/measure.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';
import { runMarbles } from '../support/run-marbles.js';

/** The reports for a source of these marbles. */
function reportsOf(marbles: string, values?: Record<string, unknown>): readonly StreamTiming[] {
  const reports: StreamTiming[] = [];
  runMarbles(({ cold }) => {
    cold(marbles, values)
      .pipe(measure((timing) => reports.push(timing)))
      .subscribe({ error: () => undefined });
  });
  return reports;
}

function chunk(delta: ChatCompletionChunk['choices'][number]['delta'], completionTokens?: number): ChatCompletionChunk {
  return {
    choices: [
      { index: 0, delta: {} },
      { index: 1, delta },
    ],
    usage: completionTokens === undefined ? null : { completion_tokens: completionTokens },
  };
}

const nothing = { chunks: 0, longestGap: 0, meanGap: 0, chunksPerSecond: 0 };

describe('measure', () => {
  it('passes everything through and reports once at the end', () => {
    const reports: StreamTiming[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a-b----c|');
      const sourceSubs = '   ^---------!';
      const expected = '     --a-b----c|';

      expectObservable(source.pipe(measure((timing) => reports.push(timing)))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });

    expect(reports).toEqual([
      {
        outcome: 'complete',
        duration: 10,
        timeToFirstChunk: 2,
        timeToFirstText: 2,
        chunks: 3,
        longestGap: 5,
        meanGap: 3.5,
        chunksPerSecond: 2000 / 7,
      },
    ]);
  });

  it.each([
    ['--|', { ...nothing, outcome: 'complete', duration: 2 }],
    ['--#', { ...nothing, outcome: 'error', duration: 2 }],
    ['-a-|', { ...nothing, outcome: 'complete', duration: 3, timeToFirstChunk: 1, timeToFirstText: 1, chunks: 1 }],
    ['-(aa|)', { ...nothing, outcome: 'complete', duration: 1, timeToFirstChunk: 1, timeToFirstText: 1, chunks: 2 }],
  ])('reports %s without NaN, Infinity or unknown values', (marbles, timing) => {
    expect(reportsOf(marbles)).toStrictEqual([timing]);
  });

  it('reports a source that is unsubscribed before it emits', () => {
    const reports: StreamTiming[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  ---!  ';
      const sourceSubs = '   ^--!  ';

      expectObservable(source.pipe(measure((timing) => reports.push(timing))), unsubscribe).toBe('------');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });

    expect(reports).toEqual([{ ...nothing, outcome: 'unsubscribe', duration: 3 }]);
  });

  it('passes an error through and reports it', () => {
    const reports: StreamTiming[] = [];
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#').pipe(measure((timing) => reports.push(timing)))).toBe('-a-#');
    });

    expect(reports).toMatchObject([{ outcome: 'error', duration: 3, chunks: 1 }]);
  });

  it('does not report before the end', () => {
    const report = jest.fn();

    NEVER.pipe(measure(report)).subscribe();

    expect(report).not.toHaveBeenCalled();
  });

  it('reports just before the consumer is notified of the end', () => {
    const log: string[] = [];

    of('a')
      .pipe(measure(() => log.push('report')))
      .subscribe({ next: () => log.push('value'), complete: () => log.push('complete') });

    expect(log).toEqual(['value', 'report', 'complete']);
  });

  it('reports once if the report unsubscribes', () => {
    const outcomes: string[] = [];
    const source = new Subject<string>();
    const subscription = source
      .pipe(
        measure(({ outcome }) => {
          outcomes.push(outcome);
          subscription.unsubscribe();
        }),
      )
      .subscribe();

    source.complete();

    expect(outcomes).toEqual(['complete']);
  });

  it('reports and stops a synchronous source that is unsubscribed early', () => {
    const asked: string[] = [];
    const reports: StreamTiming[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    source
      .pipe(
        measure((timing) => reports.push(timing)),
        take(1),
      )
      .subscribe();

    expect(asked).toEqual(['a']);
    expect(reports).toMatchObject([{ outcome: 'unsubscribe', chunks: 1 }]);
  });

  it('measures each subscription separately', () => {
    const reports: StreamTiming[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const result = cold('     -a-b|').pipe(measure((timing) => reports.push(timing)));

      expectObservable(result, '^   ').toBe('-a-b|');
      expectObservable(result, '--^ ').toBe('---a-b|');
    });

    const timing = { outcome: 'complete', duration: 4, timeToFirstChunk: 1, chunks: 2, longestGap: 2 };
    expect(reports).toMatchObject([timing, timing]);
  });

  it('reads the clock of its scheduler', () => {
    const reports: StreamTiming[] = [];
    let now = 500;
    const source = new Subject<string>();

    source
      .pipe(
        measure((timing) => reports.push(timing), {
          now: () => now,
          schedule: asyncScheduler.schedule.bind(asyncScheduler),
        }),
      )
      .subscribe();
    now = 700;
    source.next('a');
    now = 750;
    source.complete();

    expect(reports).toMatchObject([{ duration: 250, timeToFirstChunk: 200 }]);
  });

  describe('the first text', () => {
    const legacy: CompletionChunk = { choices: [{ index: 0, text: 'Hel' }] };

    it.each<[string, unknown]>([
      ['a string', 'Hel'],
      ['content', chunk({ content: 'Hel' })],
      ['content as a list', chunk({ content: [{ type: 'text', text: 'Hel' }] })],
      ['a refusal', chunk({ refusal: 'No' })],
      ['reasoning_content', chunk({ reasoning_content: 'Hm' })],
      ['reasoning', chunk({ reasoning: 'Hm' })],
      [
        'reasoning_details',
        { choices: [{ index: 0, delta: { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] } }] },
      ],
      ['the text of a legacy chunk', legacy],
    ])('is %s', (_, text) => {
      expect(reportsOf('-r-a|', { r: chunk({ role: 'assistant', content: '' }), a: text })).toMatchObject([
        { timeToFirstChunk: 1, timeToFirstText: 3 },
      ]);
    });

    it.each<[string, unknown]>([
      ['an empty string', ''],
      ['an empty delta', chunk({})],
      ['null content', chunk({ content: null, reasoning: null })],
      ['an empty list', chunk({ content: [] })],
      ['a tool call', chunk({ tool_calls: [{ index: 0, function: { name: 'add', arguments: '{}' } }] })],
      ['a chunk without choices', { choices: [] }],
      ['a number', 1],
      ['null', null],
      ['undefined', undefined],
      ['a list of strings', ['Hel']],
      ['a value that only resembles a chunk', { choices: [null, 1, { delta: null }], usage: 'none' }],
      ['choices of another type', { choices: 'Hel', usage: { completion_tokens: '3' } }],
    ])('is not %s', (_, value) => {
      const [report] = reportsOf('-a|', { a: value });

      expect(report).toMatchObject({ chunks: 1, timeToFirstChunk: 1 });
      expect(report).not.toHaveProperty('timeToFirstText');
      expect(report).not.toHaveProperty('outputTokens');
    });
  });

  describe('tokens per second', () => {
    const text = chunk({ content: 'Hel' });

    it('are the tokens after the first, divided by the time from the first text to the last chunk', () => {
      expect(
        reportsOf('-r-a---b-u--|', { r: chunk({ content: '' }), a: text, b: text, u: chunk({}, 13) }),
      ).toMatchObject([{ outputTokens: 13, tokensPerSecond: 2000 }]);
    });

    it('use the last count, which is cumulative', () => {
      const values = {
        a: { ...text, usage: { completion_tokens: 1 } },
        b: chunk({}, 8),
        c: { choices: [], usage: null },
      };

      expect(reportsOf('a-b-c|', values)).toMatchObject([{ outputTokens: 8, tokensPerSecond: 1750 }]);
    });

    it.each([
      ['without usage', '-a-a|', { a: text }],
      ['without text', '-u-u|', { u: chunk({}, 8) }],
      ['when no time passed', '-(au|)', { a: text, u: chunk({}, 8) }],
    ])('are left out %s', (_, marbles, values) => {
      expect(reportsOf(marbles, values)[0]).not.toHaveProperty('tokensPerSecond');
    });
  });

  describe('a report that throws', () => {
    const broken = new Error('report is broken');
    const unhandled: unknown[] = [];
    const report = (): void => {
      throw broken;
    };

    beforeEach(() => {
      unhandled.length = 0;
      rxjsConfig.onUnhandledError = (error) => unhandled.push(error);
    });

    afterEach(() => {
      rxjsConfig.onUnhandledError = null;
    });

    it.each([['-a-|'], ['-a-#']])('does not change %s', (marbles) => {
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(cold(marbles).pipe(measure(report))).toBe(marbles);
      });

      expect(unhandled).toEqual([broken]);
    });

    it('does not prevent unsubscribing', () => {
      const log: string[] = [];
      runMarbles(() => {
        const subscription = concat(of('a'), timer(100))
          .pipe(tap({ unsubscribe: () => log.push('source ended') }), measure(report))
          .subscribe();

        expect(() => subscription.unsubscribe()).not.toThrow();
      });

      expect(log).toEqual(['source ended']);
      expect(unhandled).toEqual([broken]);
    });
  });

  it('rejects a report that is not a function', () => {
    expect(() => measure('console' as unknown as () => void)).toThrow(
      new TypeError('report must be a function, not a string'),
    );
  });

  it('ignores values that only resemble chunks', () => {
    const seen: unknown[] = [];
    of({ choices: [null] })
      .pipe(measure(() => undefined))
      .subscribe((value) => seen.push(value));

    expect(seen).toHaveLength(1);
  });
});
