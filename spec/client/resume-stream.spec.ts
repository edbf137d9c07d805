import { concat, defer, EMPTY, filter, NEVER, type Observable, of, takeLast, tap, throwError } from 'rxjs';
import type { StreamCursor } from '../../src/answers/stream-cursor.js';
import type { ResumeConfig } from '../../src/client/client-config.js';
import { resumeStream } from '../../src/client/resume/resume-stream.js';
import {
  ApiError,
  ConnectionError,
  DeadlineError,
  LimitError,
  OutputError,
  ProtocolError,
  RateLimitError,
  type RetryNotice,
  StreamError,
} from '../../src/index.js';
import type { MarbleHelpers } from '../../src/testing/marbles/run-marbles.js';
import { runMarbles } from '../support/run-marbles.js';

const reset = new ConnectionError('The connection broke');
const early = new StreamError('The stream ended early', { kind: 'truncated', retryable: true });
const busy = new ApiError('500 Busy', { kind: 'server', status: 500, retryable: true });
const gone = new ApiError('404 Gone', { kind: 'not_found', status: 404, retryable: false });
const hinted = new RateLimitError('429', { status: 429, retryable: true, retryAfter: 30 });

/** One exchange: its marbles, in which a digit is a numbered event and a capital letter a keep-alive, and its error. */
type Exchange = readonly [marbles: string, error?: unknown];

/** A stream that a server keeps, and what it was asked for. */
interface Job {
  readonly first: Exchange;
  /** The exchanges that take it up, in order; then the server is silent. */
  readonly again?: readonly Exchange[];
  /** What the server says when it is asked what became of the stream. */
  readonly settled?: readonly Exchange[];
  readonly config?: ResumeConfig;
  /** Whether the server keeps the stream, and numbers it. */
  readonly kept?: boolean;
  readonly numbered?: boolean;
  /** Where the stream is taken up if it was begun before. */
  readonly begun?: StreamCursor;
}

const keepAlives: Readonly<Record<string, number>> = { K: 5, L: 6 };

/** Plays a job to a subscriber, with pauses of 2 frames unless the configuration says otherwise. */
function play({ cold, scheduler }: MarbleHelpers, job: Job): { stream: Observable<string>; asked: readonly string[] } {
  const asked: string[] = [];
  const { kept = true, numbered = true, config = { random: () => 2 / 500 } } = job;
  const stream = defer(() => {
    const cursor = { ...(job.begun ?? { id: undefined, after: undefined }) };
    const read = ([marbles, error]: Exchange): Observable<string> =>
      defer(() => {
        const from = cursor.after ?? -1;
        return cold(marbles, undefined, error).pipe(
          filter((mark) => !numbered || (keepAlives[mark] ?? Number(mark)) > from),
          tap((mark) => {
            cursor.id ??= kept ? 'resp_1' : undefined;
            cursor.after = numbered ? (keepAlives[mark] ?? Number(mark)) : cursor.after;
          }),
          filter((mark) => !(mark in keepAlives)),
        );
      });
    let taken = 0;
    let settled = 0;
    return resumeStream(
      {
        cursor,
        first: read(job.first),
        ask: (id, { after }) => {
          asked.push(`${id} after ${after}`);
          return read(job.again?.[taken++] ?? ['-']);
        },
        settle: (id) => {
          asked.push(`settle ${id}`);
          const [marbles, error] = job.settled?.[settled++] ?? ['|'];
          return cold(marbles, undefined, error);
        },
      },
      { ...config, scheduler },
    );
  });
  return { stream, asked };
}

/** Plays a job, and expects the marbles and what the server was asked. */
function expectPlay(job: Job, expected: string, asked: readonly string[], error?: unknown): void {
  let requests: readonly string[] = [];
  runMarbles((helpers) => {
    const played = play(helpers, job);
    requests = played.asked;
    helpers.expectObservable(played.stream).toBe(expected, undefined, error);
  });
  expect(requests).toEqual(asked);
}

describe('a resumed stream', () => {
  it.each([
    ['a connection that breaks', reset],
    ['an early end', early],
    ['silence', new DeadlineError('idle', 5)],
    ['headers that do not come', new DeadlineError('headers', 5)],
  ])('goes on where it was after %s', (_what, error) => {
    const job: Job = { first: ['-0-1-#', error], again: [['-2-3|']] };

    expectPlay(job, '        -0-1----2-3|', ['resp_1 after 1']);
  });

  it.each([
    ['the deadline of the whole', new DeadlineError('total', 5)],
    ['the deadline of the first chunk', new DeadlineError('firstChunk', 5)],
    ['a limit', new LimitError('eventBytes', 16)],
    ['a violation of the protocol', new ProtocolError('no JSON')],
    ['a connection that no further attempt heals', new ConnectionError('certificate', { retryable: false })],
    ['an error that the server sent', new StreamError('failed', { kind: 'server', retryable: true })],
    ['output that does not fit', new OutputError('cut')],
    ['an error of another package', new Error('other')],
  ])('ends with %s', (_what, error) => {
    expectPlay({ first: ['-0-1-#', error] }, '-0-1-#', [], error);
  });

  it('ends with the first error if the server does not keep it', () => {
    expectPlay({ first: ['-0-1-#', reset], kept: false }, '-0-1-#', [], reset);
  });

  it('ends with the first error if its events have no numbers, since they would come twice', () => {
    expectPlay({ first: ['-0-1-#', reset], numbered: false }, '-0-1-#', [], reset);
  });

  it('ends with the first error if nothing came before it', () => {
    expectPlay({ first: ['-#', reset] }, '-#', [], reset);
  });

  it('drops what comes again', () => {
    const job: Job = { first: ['-0-1-2#', reset], again: [['0123|']] };

    expectPlay(job, '       -0-1-2-----3|', ['resp_1 after 2']);
  });

  it('asks for what comes after a keep-alive, which is not emitted', () => {
    const job: Job = { first: ['-0-K-#', reset], again: [['-6|']] };

    expectPlay(job, '       -0------6|', ['resp_1 after 5']);
  });

  it('is resumed as often as it brings something new', () => {
    const again = Array.from({ length: 8 }, (_, index): Exchange => [`${index + 1}#`, reset]);

    expectPlay(
      { first: ['0#', reset], again: [...again, ['9|']] },
      '0--1--2--3--4--5--6--7--8--9|',
      Array.from({ length: 9 }, (_, after) => `resp_1 after ${after}`),
    );
  });

  describe('attempts that bring nothing new', () => {
    const failing = (count: number): readonly Exchange[] => Array.from({ length: count }, () => ['#', busy] as const);

    it('are five in a row, after which the last error passes through', () => {
      // Pauses of 2, 4, 8, 16 and 32 frames.
      expectPlay({ first: ['0#', reset], again: failing(5) }, '0 62ms #', Array(5).fill('resp_1 after 0'), busy);
    });

    it('are as many as count says', () => {
      const config = { count: 1, random: () => 2 / 500 };

      expectPlay({ first: ['0#', reset], again: failing(1), config }, '0--#', ['resp_1 after 0'], busy);
    });

    it('are not made at all with a count of 0', () => {
      expectPlay({ first: ['0#', reset], config: { count: 0 } }, '0#', [], reset);
    });

    it('are counted from the start after one that does', () => {
      const config = { count: 2, random: () => 2 / 500 };
      const again: readonly Exchange[] = [['#', busy], ['1#', reset], ['#', busy], ['2|']];

      // Pauses of 2, 4, 2 and 4 frames.
      expectPlay({ first: ['0#', reset], again, config }, '0------1------2|', [
        'resp_1 after 0',
        'resp_1 after 0',
        'resp_1 after 1',
        'resp_1 after 1',
      ]);
    });

    it('are those that bring only a keep-alive or what was seen', () => {
      const config = { count: 2, random: () => 2 / 500 };

      expectPlay(
        {
          first: ['0#', reset],
          again: [
            ['0K#', reset],
            ['0K#', reset],
          ],
          config,
        },
        '0 10ms #',
        ['resp_1 after 0', 'resp_1 after 5'],
        reset,
      );
    });
  });

  describe('the pause', () => {
    it('is as long as the server asks for', () => {
      const job: Job = { first: ['0#', reset], again: [['#', hinted], ['1|']] };

      expectPlay(job, '0 32ms 1|', ['resp_1 after 0', 'resp_1 after 0']);
    });

    it('is not waited for if it is longer than maxDelay', () => {
      const config = { maxDelay: 29, random: () => 2 / 29 };

      expectPlay({ first: ['0#', reset], again: [['#', hinted]], config }, '0--#', ['resp_1 after 0'], hinted);
    });

    it('is random up to 500 ms, then 1,000 ms', () => {
      const job: Job = { first: ['0#', reset], again: [['#', busy], ['1|']], config: {} };

      // Half of it in a marble test.
      expectPlay(job, '0 250ms 500ms 1|', ['resp_1 after 0', 'resp_1 after 0']);
    });

    it('is told to notify', () => {
      const notices: RetryNotice[] = [];
      const config = { random: () => 2 / 500, notify: (notice: RetryNotice) => void notices.push(notice) };

      expectPlay({ first: ['0#', reset], again: [['#', busy], ['1|']], config }, '0------1|', [
        'resp_1 after 0',
        'resp_1 after 0',
      ]);
      expect(notices).toEqual([
        { attempt: 1, delay: 2, at: 3, reason: reset },
        { attempt: 2, delay: 4, at: 7, reason: busy },
      ]);
    });
  });

  it.each([
    ['refuses', gone],
    ['forbids', new ApiError('403', { kind: 'permission', status: 403, retryable: false })],
  ])('ends with the error of a server that %s to go on', (_what, error) => {
    expectPlay({ first: ['0#', reset], again: [['-#', error]] }, '0---#', ['resp_1 after 0'], error);
  });

  describe('an early end that brought nothing new', () => {
    it('ends the stream with what the server says became of it', () => {
      const job: Job = { first: ['0#', reset], again: [['-#', early]], settled: [['-(9|)']] };

      expectPlay(job, '0----(9|)', ['resp_1 after 0', 'settle resp_1']);
    });

    it('goes on if the server says that it is not finished', () => {
      const job: Job = { first: ['0#', reset], again: [['#', early], ['1|']], settled: [['-|']] };

      expectPlay(job, '0-------1|', ['resp_1 after 0', 'settle resp_1', 'resp_1 after 0']);
    });

    it('goes on if the server does not answer for now, after the pause that it asks for', () => {
      const job: Job = { first: ['0#', reset], again: [['#', early], ['1|']], settled: [['#', hinted]] };

      expectPlay(job, '0 32ms 1|', ['resp_1 after 0', 'settle resp_1', 'resp_1 after 0']);
    });

    it('ends the stream with the error of a server that refuses to say', () => {
      const job: Job = { first: ['0#', reset], again: [['#', early]], settled: [['#', gone]] };

      expectPlay(job, '0--#', ['resp_1 after 0', 'settle resp_1'], gone);
    });

    it('is looked into each time, and is the error when the attempts are used up', () => {
      const config = { count: 2, random: () => 2 / 500 };

      expectPlay(
        {
          first: ['0#', reset],
          again: [
            ['#', early],
            ['#', early],
          ],
          config,
        },
        '0------#',
        ['resp_1 after 0', 'settle resp_1', 'resp_1 after 0', 'settle resp_1'],
        early,
      );
    });

    it('is not looked into if something new came before it, or the connection broke', () => {
      const job: Job = { first: ['0#', early], again: [['1#', early], ['#', reset], ['2|']] };

      expectPlay(job, '0--1------2|', ['resp_1 after 0', 'resp_1 after 1', 'resp_1 after 1']);
    });
  });

  describe('of a stream begun before', () => {
    const begun = { id: 'resp_1', after: 3 };

    it('resumes after an error that comes first', () => {
      expectPlay({ first: ['-#', busy], again: [['34|']], begun }, '----4|', ['resp_1 after 3']);
    });

    it('looks into an early end that comes first', () => {
      expectPlay({ first: ['-#', early], settled: [['(9|)']], begun }, '-(9|)', ['settle resp_1']);
    });

    it('asks for all again if nothing was read', () => {
      const job: Job = { first: ['#', busy], again: [['0|']], begun: { id: 'resp_1', after: undefined } };

      expectPlay(job, '--0|', ['resp_1 after undefined']);
    });

    it('is not resumed once events without numbers came, since they would come twice', () => {
      expectPlay({ first: ['0#', reset], begun, numbered: false }, '0#', [], reset);
    });
  });

  it('begins with the first exchange in each subscription', () => {
    runMarbles((helpers) => {
      const { stream } = play(helpers, { first: ['0#', reset], again: [['-1|']] });

      helpers.expectObservable(stream).toBe('0---1|');
      helpers.expectObservable(stream, '--^').toBe('  --0---1|');
    });
  });

  it.each([
    ['the first exchange', '       ^--!        ', ['^--!'], [], []],
    ['a pause', '                  ^-----!     ', ['^---!'], [], []],
    ['a further exchange', '       ^--------!  ', ['^---!'], ['-------^-!'], []],
    ['the question what became of it', '^----------!', ['^---!'], ['-------^--!'], ['----------^!']],
  ])('leaves nothing when it is unsubscribed during %s', (_when, unsubscription, begun, asked, settled) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const first = cold(' ----#', undefined, reset);
      const again = cold('        ---#', undefined, early);
      const settling = cold('        ---|');
      const cursor = { id: 'resp_1', after: undefined };
      const stream = { cursor, first, ask: () => again, settle: () => settling };

      expectObservable(resumeStream(stream, { random: () => 3 / 500, scheduler }), unsubscription).toBe('');
      expectSubscriptions(first.subscriptions).toBe(begun);
      expectSubscriptions(again.subscriptions).toBe(asked);
      expectSubscriptions(settling.subscriptions).toBe(settled);
    });
  });

  it('costs the same however often it was resumed', () => {
    const depths = new Set<number>();
    runMarbles(({ scheduler, expectObservable }) => {
      const cursor: StreamCursor = { id: 'resp_1', after: 0 };
      const next = defer(() => {
        cursor.after = (cursor.after ?? 0) + 1;
        return concat(of(cursor.after), cursor.after < 100 ? throwError(() => reset) : EMPTY);
      });
      const stream = resumeStream<number>(
        { cursor, first: next, ask: () => next, settle: () => NEVER },
        { random: () => 2 / 500, scheduler },
      );

      expectObservable(
        stream.pipe(
          tap(() => depths.add(callers())),
          takeLast(1),
        ),
      ).toBe('198ms (a|)', { a: 100 });
    });
    // The first exchange is not begun by a timer.
    expect(depths.size).toBe(2);
  });
});

/** How many functions have called each other. */
function callers(): number {
  Error.stackTraceLimit = Infinity;
  return new Error('here').stack?.split('\n').length ?? 0;
}
