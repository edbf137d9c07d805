import { EMPTY, expand, from, map, mergeMap, type Observable, of, take } from 'rxjs';
import { memoryLog, type MemoryLogConfig } from '../../src/server/memory-log.js';
import type { AppendResult, LogEntry, LogPage, StreamLog } from '../../src/server/stream-log.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';
import { describeLog, entriesOf } from './log-conformance.js';

const pages: Readonly<Record<string, LogPage | undefined>> = {
  u: undefined,
  o: { entries: [], state: 'open' },
  e: { entries: [], state: 'ended' },
  a: { entries: entriesOf(1, 1), state: 'open' },
  b: { entries: entriesOf(2, 2), state: 'open' },
  z: { entries: entriesOf(1, 1), state: 'ended' },
};
const results: Readonly<Record<string, AppendResult>> = { o: 'ok', d: 'detached', s: 'stopped', l: 'lost', f: 'full' };

/** Appends at once. */
function append(log: StreamLog, id: string, entries: readonly LogEntry[], end = false, detach = 1000): AppendResult {
  let result: AppendResult | undefined;
  from(log.append(id, 'ann', entries, { end, detach })).subscribe((value) => (result = value));
  return result!;
}

/** Reads at once. */
function read(log: StreamLog, id: string, after = 0): LogPage | undefined {
  let page: LogPage | undefined;
  from(log.read(id, 'ann', after, 0)).subscribe((value) => (page = value));
  return page;
}

/** Which of some streams the log has. */
function kept(log: StreamLog, ...ids: readonly string[]): readonly string[] {
  return ids.filter((id) => read(log, id) !== undefined);
}

/** Entries of some bytes each. */
function sized(first: number, ...bytes: readonly number[]): readonly LogEntry[] {
  return bytes.map((length, place) => ({ number: first + place, data: 'x'.repeat(length) }));
}

describeLog('memoryLog', () => ({ log: memoryLog() }));

describe('A read of memoryLog', () => {
  it('waits for the next entries', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      const appends = cold('-----b');
      const expected = '    -----(b|)';
      append(log, 'id', entriesOf(1, 1));
      appends.subscribe(() => append(log, 'id', entriesOf(2, 2)));

      expectObservable(from(log.read('id', 'ann', 1, 20))).toBe(expected, pages);
    });
  });

  it.each([
    [0, '(o|)'],
    [1, '-(o|)'],
    [4, '----(o|)'],
  ])('waits for %d ms if none come', (wait, expected) => {
    runMarbles(({ expectObservable }) => {
      const log = memoryLog();
      append(log, 'id', entriesOf(1, 1));

      expectObservable(from(log.read('id', 'ann', 1, wait))).toBe(expected, pages);
    });
  });

  it('goes on waiting while what comes is not after its number', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      const appends = cold('--b----c');
      const expected = '    -------(c|)';
      let number = 1;
      append(log, 'id', entriesOf(1, 1));
      appends.subscribe(() => append(log, 'id', entriesOf(++number, number)));

      expectObservable(from(log.read('id', 'ann', 2, 20))).toBe(expected, {
        c: { entries: entriesOf(3, 3), state: 'open' },
      });
    });
  });

  it('does not wait where there is something to give', () => {
    runMarbles(({ expectObservable }) => {
      const log = memoryLog();
      append(log, 'open', entriesOf(1, 1));
      append(log, 'ended', entriesOf(1, 1), true);

      expectObservable(from(log.read('open', 'ann', 0, 20))).toBe('(a|)', pages);
      expectObservable(from(log.read('ended', 'ann', 0, 20))).toBe('(z|)', pages);
      expectObservable(from(log.read('ended', 'ann', 1, 20))).toBe('(e|)', pages);
      expectObservable(from(log.read('open', 'bob', 0, 20))).toBe('(u|)', pages);
      expectObservable(from(log.read('unknown', 'ann', 0, 20))).toBe('(u|)', pages);
    });
  });

  it('reads on from within, entry by entry', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      const appends = cold(' --b-(cd)e');
      const expected = '     1-2-(34)(5|)';
      let number = 1;
      const readOn = (after: number): Observable<LogPage | undefined> => from(log.read('id', 'ann', after, 20));
      append(log, 'id', entriesOf(1, 1));
      appends.subscribe((letter) => append(log, 'id', entriesOf(++number, number), letter === 'e'));

      const texts = readOn(0).pipe(
        expand((page) => (page?.state === 'open' ? readOn(page.entries.at(-1)!.number) : EMPTY)),
        mergeMap((page) => page?.entries ?? []),
        map((entry) => String(entry.number)),
      );
      expectObservable(texts).toBe(expected);
    });
  });

  it('leaves no timer, whether it is answered, unanswered or unsubscribed', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog({ scheduler });
      const appends = cold('----b');
      append(log, 'id', entriesOf(1, 1));
      appends.subscribe(() => append(log, 'id', entriesOf(2, 2)));

      expectObservable(from(log.read('id', 'ann', 1, 20))).toBe('----(b|)', pages);
      expectObservable(from(log.read('id', 'ann', 1, 2))).toBe('--(o|)', pages);
      expectObservable(from(log.read('id', 'ann', 1, 20)), '^-!').toBe('---');
    });

    expect(scheduler.waiting).toBe(0);
  });

  it('is subscribed again for a further page', () => {
    const log = memoryLog();
    const reading = from(log.read('id', 'ann', 0, 0));
    const seen: unknown[] = [];
    reading.subscribe((page) => seen.push(page));
    append(log, 'id', entriesOf(1, 1));
    reading.pipe(take(1)).subscribe((page) => seen.push(page));

    expect(seen).toEqual([undefined, pages['a']]);
  });
});

describe('A stream of memoryLog', () => {
  it.each([
    // Renewed every 4 ms, with a detach of 10.
    ['without a reader', '          ', '          ----o---o---d---d'],
    ['with reads that do not wait', ' ------r---', '----o---o---o---d'],
    ['with a read that waits', '      --w-------', '----o---o---o---o---d'],
  ])('%s is detached in time', (_, reads, expected) => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      append(log, 'id', entriesOf(1, 1));
      cold(reads.trim() || '-')
        .pipe(mergeMap((letter) => log.read('id', 'ann', 1, letter === 'w' ? 7 : 0)))
        .subscribe();
      const renewed = cold(expected.trim().replaceAll(/\w/gu, 'n')).pipe(
        mergeMap(() => log.append('id', 'ann', [], { detach: 10 })),
      );

      expectObservable(renewed).toBe(expected, results);
    });
  });

  it('is no longer detached once a reader has come', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      append(log, 'id', []);
      cold('         ------r').subscribe(() => read(log, 'id'));
      const renewed = cold('-----n-n-n-n').pipe(mergeMap(() => log.append('id', 'ann', [], { detach: 4 })));

      expectObservable(renewed).toBe('-----d-o-o-d', results);
    });
  });

  it('is not detached by the reads of another owner', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog();
      append(log, 'id', []);
      from(log.read('id', 'bob', 0, 20)).subscribe();
      const renewed = cold('-----n').pipe(mergeMap(() => log.append('id', 'ann', [], { detach: 5 })));

      expectObservable(renewed).toBe('-----d', results);
    });
  });

  it('is kept for ttl after its end, however long it was open', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog({ ttl: 6 });
      const ends = cold('    --------e        ');
      const reads = cold('   r------r--r--rr-r');
      const expected = '     a------a--z--zu-u';
      append(log, 'id', entriesOf(1, 1));
      ends.subscribe(() => append(log, 'id', [], true));

      expectObservable(reads.pipe(mergeMap(() => log.read('id', 'ann', 0, 0)))).toBe(expected, pages);
    });
  });

  it('is gone for each method once it has expired, and its id is free', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog({ ttl: 3 });
      append(log, 'id', entriesOf(1, 1), true);
      const calls = cold('     --s--slo', { s: 's', l: 'l', o: 'o' }).pipe(
        mergeMap((call) =>
          call === 's' ? log.stop('id', 'ann') : of(append(log, 'id', entriesOf(call === 'l' ? 2 : 1, 2))),
        ),
      );

      expectObservable(calls).toBe('--t--flo', { t: true, f: false, l: 'lost', o: 'ok' });
    });
  });

  it('is refused what exceeds its bytes, but can still say why it ended', () => {
    const log = memoryLog({ bytes: 1000 });

    expect(append(log, 'id', sized(1, 400, 400))).toBe('ok');
    expect(append(log, 'id', sized(3, 100, 101))).toBe('full');
    expect(append(log, 'id', [])).toBe('ok');
    expect(append(log, 'id', sized(3, 200))).toBe('ok');
    expect(append(log, 'id', sized(4, 1))).toBe('full');
    expect(append(log, 'id', sized(4, 1025), true)).toBe('full');
    expect(append(log, 'id', sized(4, 1024), true)).toBe('ok');
    expect(read(log, 'id')).toEqual({ entries: [...sized(1, 400, 400, 200), ...sized(4, 1024)], state: 'ended' });
  });

  it.each([
    ['characters', { data: 'é'.repeat(100) }],
    ['characters beyond Latin-1 twice', { data: `漢${'e'.repeat(49)}` }],
    ['the name of the event', { data: 'e'.repeat(90), event: 'e'.repeat(10) }],
  ])('counts %s', (_, fields) => {
    const log = (bytes: number): StreamLog => memoryLog({ bytes });

    expect(append(log(100), 'id', [{ number: 1, ...fields }])).toBe('ok');
    expect(append(log(99), 'id', [{ number: 1, ...fields }])).toBe('full');
  });

  it('does not count again what it has', () => {
    const log = memoryLog({ bytes: 300, totalBytes: 300 });

    expect(append(log, 'id', sized(1, 100, 100))).toBe('ok');
    expect(append(log, 'id', sized(1, 100, 100, 100))).toBe('ok');
    expect(append(log, 'id', sized(1, 100, 100, 100))).toBe('ok');
  });
});

describe('A memoryLog without room', () => {
  it('drops the streams that ended first', () => {
    const log = memoryLog({ totalBytes: 1000 });
    append(log, 'a', sized(1, 300));
    append(log, 'b', sized(1, 300), true);
    append(log, 'c', sized(1, 300), true);
    append(log, 'a', [], true);

    expect(append(log, 'd', sized(1, 150))).toBe('ok');
    expect(kept(log, 'a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
    expect(append(log, 'd', sized(2, 700))).toBe('ok');
    expect(kept(log, 'a', 'b', 'c', 'd')).toEqual(['d']);
  });

  it('refuses new streams, then more of open ones, but lets them say why they ended', () => {
    const log = memoryLog({ totalBytes: 1000 });
    append(log, 'a', sized(1, 500));
    append(log, 'b', sized(1, 500));

    expect(append(log, 'c', [])).toBe('full');
    expect(append(log, 'c', sized(1, 1), true)).toBe('full');
    expect(append(log, 'a', sized(2, 1))).toBe('full');
    expect(append(log, 'a', [])).toBe('ok');
    expect(append(log, 'a', sized(2, 200), true)).toBe('ok');
    expect(kept(log, 'a', 'b', 'c')).toEqual(['a', 'b']);
    expect(read(log, 'a')).toEqual({ entries: [...sized(1, 500, 200)], state: 'ended' });
  });

  it('has room again when streams have expired', () => {
    runMarbles(({ cold, expectObservable }) => {
      const log = memoryLog({ ttl: 4, totalBytes: 1000 });
      append(log, 'a', sized(1, 1000));
      cold('                 --e').subscribe(() => append(log, 'a', [], true));
      const created = cold(' -n------n').pipe(map(() => append(log, 'b', sized(1, 1000))));

      expectObservable(created).toBe('-f------o', results);
    });
  });

  it('gives a dropped stream to no reader', () => {
    const log = memoryLog({ totalBytes: 100 });
    append(log, 'a', sized(1, 100), true);
    append(log, 'b', sized(1, 100));

    expect(read(log, 'a')).toBeUndefined();
    expect(append(log, 'a', sized(2, 1))).toBe('lost');
  });
});

describe('memoryLog', () => {
  it('sets no timer but those of reads that wait', () => {
    const scheduler = watchScheduler();
    const log = memoryLog({ scheduler });
    append(log, 'id', entriesOf(1, 2));
    read(log, 'id');
    from(log.stop('id', 'ann')).subscribe();
    append(log, 'id', entriesOf(3, 3), true);
    read(log, 'id', 3);

    expect(scheduler.scheduled).toBe(0);
  });

  it('appends when it is subscribed', () => {
    const log = memoryLog();
    const appending = from(log.append('id', 'ann', entriesOf(1, 1), { detach: 1000 }));
    const stopping = from(log.stop('id', 'ann'));

    expect(read(log, 'id')).toBeUndefined();
    appending.subscribe();
    expect(append(log, 'id', [])).toBe('ok');
    stopping.subscribe();
    expect(append(log, 'id', [])).toBe('stopped');
  });

  it.each<[MemoryLogConfig, string]>([
    [{ ttl: -1 }, 'ttl must be a finite number of milliseconds, 0 or more, not -1'],
    [{ ttl: Infinity }, 'ttl must be a finite number of milliseconds, 0 or more, not Infinity'],
    [{ bytes: 0 }, 'bytes must be a whole number, 1 or more, or Infinity, not 0'],
    [{ totalBytes: 0.5 }, 'totalBytes must be a whole number, 1 or more, or Infinity, not 0.5'],
    [{ scheduler: 1 as never }, 'scheduler must be an rxjs scheduler, not 1'],
    [
      { maxBytes: 1 } as MemoryLogConfig,
      'Unknown field "maxBytes" in the configuration of memoryLog; known: ttl, bytes, totalBytes, scheduler',
    ],
    [null as never, 'The configuration of memoryLog must be an object, not null'],
  ])('refuses %j', (config, message) => {
    expect(() => memoryLog(config)).toThrow(new TypeError(message));
  });
});
