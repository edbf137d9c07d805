import { PassThrough } from 'node:stream';
import { NEVER, tap } from 'rxjs';
import { RateLimitError, type RetryNotice } from '../../src/index.js';
import { showWaiting } from '../../src/cli/terminal/show-waiting.js';
import { runMarbles } from '../support/run-marbles.js';

describe('the wait for an answer', () => {
  const erased = '\r\u001b[K';

  let written: string[];

  beforeEach(() => {
    written = [];
  });

  function terminal(isTTY = true): NodeJS.WriteStream {
    const stream = new PassThrough({ decodeStrings: false });
    // Without colors, which depend on how jest was started.
    stream.write = (text: string) => written.push(text.replace(/\p{Cc}\[\d+m/gu, '')) > 0;
    return Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream;
  }

  it('is shown after a while, and erased before the first value', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  500ms a 1s b|');
      const sourceSubs = '   ^ 1501ms    !';
      const expected = '     500ms a 1s b|';
      const shown = source.pipe(
        showWaiting(terminal(), NEVER),
        tap((value) => written.push(value)),
      );

      expectObservable(shown).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
    expect(written).toEqual(['Waiting for the answer …', erased, 'a', 'b']);
  });

  it('is not shown if it is short', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  399ms a|');
      const expected = '     399ms a|';

      expectObservable(source.pipe(showWaiting(terminal(), NEVER))).toBe(expected);
    });
    expect(written).toEqual([]);
  });

  it.each([
    ['completes', '  500ms |'],
    ['errors', '     500ms #'],
  ])('is erased when the source %s', (_, marbles) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold(marbles).pipe(showWaiting(terminal(), NEVER))).toBe(marbles);
    });
    expect(written).toEqual([expect.anything(), erased]);
  });

  it('is erased on unsubscribe', () => {
    runMarbles(({ expectObservable }) => {
      const unsub = '    500ms !';
      const expected = ' --------';

      expectObservable(NEVER.pipe(showWaiting(terminal(), NEVER)), unsub).toBe(expected);
    });
    expect(written).toEqual([expect.anything(), erased]);
  });

  it('is not shown without a terminal', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  500ms a|');
      const expected = '     500ms a|';

      expectObservable(source.pipe(showWaiting(terminal(false), NEVER))).toBe(expected);
    });
    expect(written).toEqual([]);
  });

  const reason = new RateLimitError('429 Slow down', { status: 429, retryable: true });
  const notice: RetryNotice = { attempt: 1, delay: 2500, at: 0, reason };

  it('counts down to a retry in place, then continues', () => {
    runMarbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = cold('  4s a|       ');
      const retries = hot('  100ms r     ', { r: notice });
      const retriesSubs = '  ^ 3999ms !  ';
      const expected = '     4s a|       ';
      const shown = source.pipe(
        showWaiting(terminal(), retries),
        tap((value) => written.push(value)),
      );

      expectObservable(shown).toBe(expected);
      expectSubscriptions(retries.subscriptions).toBe(retriesSubs);
    });
    expect(written).toEqual([
      'rate limited, retrying in 3 s',
      erased,
      'rate limited, retrying in 2 s',
      erased,
      'rate limited, retrying in 1 s',
      erased,
      'Waiting for the answer …',
      erased,
      'a',
    ]);
  });

  it('has one line per retry without a terminal', () => {
    runMarbles(({ cold, hot, expectObservable }) => {
      const source = cold('  4s a|       ');
      const retries = hot('  100ms r 1s r', { r: notice });
      const expected = '     4s a|       ';

      expectObservable(source.pipe(showWaiting(terminal(false), retries))).toBe(expected);
    });
    expect(written).toEqual(['rate limited, retrying in 3 s\n', 'rate limited, retrying in 3 s\n']);
  });
});
