import { firstValueFrom, from, type ObservableInput } from 'rxjs';
import type { AppendResult, LogEntry, LogPage, StreamLog } from '../../src/server/stream-log.js';

/** A log under test. */
export interface TestedLog {
  readonly log: StreamLog;
  /** Ends what the log uses. */
  readonly close?: () => Promise<void>;
}

const detach = 600_000;
const wait = 20_000;

/** Creates the entries of a range of numbers, the last included. */
export function entriesOf(first: number, last: number): readonly LogEntry[] {
  return Array.from({ length: last - first + 1 }, (_, place) => ({
    number: first + place,
    data: `{"part":${first + place}}`,
  }));
}

/**
 * Describes what each log does, whatever keeps it. Nothing here waits for time to pass.
 *
 * @param create Creates an empty log for each test.
 */
export function describeLog(name: string, create: () => TestedLog | Promise<TestedLog>): void {
  describe(`${name}, as a log`, () => {
    let tested: TestedLog;
    let log: StreamLog;

    const append = (entries: readonly LogEntry[], { end = false, owner = 'ann', id = 'stream-1' } = {}) =>
      first(log.append(id, owner, entries, { end, detach }));
    const read = (after = 0, { owner = 'ann', id = 'stream-1' } = {}) => first(log.read(id, owner, after, 0));
    const readAll = async (after = 0): Promise<readonly LogEntry[]> => {
      const page = await first(log.read('stream-1', 'ann', after, 0));
      const { entries = [], state } = page ?? {};
      return state === 'open' && entries.length > 0
        ? [...entries, ...(await readAll(after + entries.length))]
        : entries;
    };

    beforeEach(async () => {
      tested = await create();
      log = tested.log;
    });
    afterEach(() => tested.close?.());

    it('gives the entries after a number, in order', async () => {
      expect(await append(entriesOf(1, 2))).toBe('ok');
      expect(await append(entriesOf(3, 5))).toBe('ok');

      expect(await read()).toEqual({ entries: entriesOf(1, 5), state: 'open' });
      expect(await read(2)).toEqual({ entries: entriesOf(3, 5), state: 'open' });
      expect(await read(5)).toEqual({ entries: [], state: 'open' });
    });

    it.each<[string, Partial<LogEntry>]>([
      ['a name', { event: 'response.created', data: '{}' }],
      ['no data', { data: '' }],
      ['several lines', { data: 'one\ntwo\r\n\n' }],
      ['characters of every size', { data: 'é 漢 😀 \0' }],
    ])('keeps an entry with %s', async (_, fields) => {
      const entry: LogEntry = { number: 1, data: '', ...fields };
      await append([entry]);

      expect(await read()).toEqual({ entries: [entry], state: 'open' });
    });

    it('is created by an append without entries', async () => {
      expect(await append([])).toBe('ok');

      expect(await read()).toEqual({ entries: [], state: 'open' });
    });

    it('ends with its last entries', async () => {
      await append(entriesOf(1, 2));
      expect(await append(entriesOf(3, 3), { end: true })).toBe('ok');

      expect(await read(1)).toEqual({ entries: entriesOf(2, 3), state: 'ended' });
      expect(await read(3)).toEqual({ entries: [], state: 'ended' });
      expect(await read(9)).toEqual({ entries: [], state: 'ended' });
    });

    it('ends without further entries', async () => {
      await append(entriesOf(1, 2));
      await append([], { end: true });

      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'ended' });
    });

    it('skips the entries that it has already', async () => {
      await append(entriesOf(1, 3));

      expect(await append(entriesOf(1, 3))).toBe('ok');
      expect(await append(entriesOf(2, 5))).toBe('ok');
      expect(await append(entriesOf(4, 6), { end: true })).toBe('ok');
      expect(await append(entriesOf(4, 6), { end: true })).toBe('ok');
      expect(await read()).toEqual({ entries: entriesOf(1, 6), state: 'ended' });
    });

    it('gives a long stream in pages, of which only the last has ended', async () => {
      for (let number = 1; number <= 2000; number += 500) {
        await append(entriesOf(number, number + 499), { end: number > 1500 });
      }

      expect(await readAll()).toEqual(entriesOf(1, 2000));
      expect((await read())?.state).toBe('open');
      expect(await read(1999)).toEqual({ entries: entriesOf(2000, 2000), state: 'ended' });
    });

    it('gives an entry that is larger than a page', async () => {
      const large = { number: 2, data: 'x'.repeat(1_000_000) };
      await append([...entriesOf(1, 1), large, ...entriesOf(3, 3)], { end: true });

      expect(await readAll()).toEqual([...entriesOf(1, 1), large, ...entriesOf(3, 3)]);
    });

    it('loses a writer whose entries leave a gap', async () => {
      expect(await append(entriesOf(2, 3))).toBe('lost');
      expect(await read()).toBeUndefined();

      await append(entriesOf(1, 2));

      expect(await append(entriesOf(4, 4))).toBe('lost');
      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'open' });
    });

    it('loses a writer that goes on after the end', async () => {
      await append(entriesOf(1, 2), { end: true });

      expect(await append(entriesOf(3, 3))).toBe('lost');
      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'ended' });
    });

    it('hides a stream from other owners', async () => {
      await append(entriesOf(1, 1));

      expect(await append(entriesOf(2, 2), { owner: 'bob' })).toBe('lost');
      expect(await append([], { owner: 'bob' })).toBe('lost');
      expect(await read(0, { owner: 'bob' })).toBeUndefined();
      expect(await first(log.stop('stream-1', 'bob'))).toBe(false);
      expect(await append(entriesOf(2, 2))).toBe('ok');
    });

    it('has no stream of an unknown id', async () => {
      await append(entriesOf(1, 1));

      expect(await read(0, { id: 'stream-2' })).toBeUndefined();
      expect(await first(log.stop('stream-2', 'ann'))).toBe(false);
    });

    it('keeps the streams of an owner apart', async () => {
      await append(entriesOf(1, 2), { end: true });
      await append(entriesOf(1, 1), { id: 'stream-2' });

      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'ended' });
      expect(await read(0, { id: 'stream-2' })).toEqual({ entries: entriesOf(1, 1), state: 'open' });
    });

    it('tells the writer of a stopped stream, which then writes how it ended', async () => {
      await append(entriesOf(1, 2));
      expect(await first(log.stop('stream-1', 'ann'))).toBe(true);

      expect(await append(entriesOf(3, 3))).toBe('stopped');
      expect(await append([])).toBe('stopped');
      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'open' });
      expect(await append(entriesOf(3, 3), { end: true })).toBe('ok');
      expect(await read()).toEqual({ entries: entriesOf(1, 3), state: 'ended' });
    });

    it('has a stream that has ended when it is stopped, and changes nothing', async () => {
      await append(entriesOf(1, 2), { end: true });

      expect(await first(log.stop('stream-1', 'ann'))).toBe(true);
      expect(await append(entriesOf(1, 2), { end: true })).toBe('ok');
      expect(await read()).toEqual({ entries: entriesOf(1, 2), state: 'ended' });
    });

    it('wakes the reads that wait for what is appended', async () => {
      await append(entriesOf(1, 1));
      const one = first(log.read('stream-1', 'ann', 1, wait));
      const other = first(log.read('stream-1', 'ann', 1, wait));
      await append(entriesOf(2, 3));

      const page = { entries: entriesOf(2, 3), state: 'open' };
      expect(await Promise.all([one, other])).toEqual([page, page]);
    });

    it('wakes the reads that wait when the stream ends', async () => {
      await append(entriesOf(1, 1));
      const waiting = first(log.read('stream-1', 'ann', 1, wait));
      await append([], { end: true });

      expect(await waiting).toEqual({ entries: [], state: 'ended' });
    });

    it('is detached if there is no reader', async () => {
      const renew = () => first(log.append('stream-1', 'ann', [], { detach: 0 }));

      expect(await first(log.append('stream-1', 'ann', entriesOf(1, 1), { detach: 0 }))).toBe('ok');
      expect(await renew()).toBe('detached');
      expect(await first(log.append('stream-1', 'ann', entriesOf(2, 2), { detach: 0 }))).toBe('detached');
      expect(await append(entriesOf(3, 3))).toBe('ok');
      expect(await read()).toEqual({ entries: entriesOf(1, 3), state: 'open' });
    });

    it('is not detached while a read waits', async () => {
      await append(entriesOf(1, 1));
      const waiting = from(log.read('stream-1', 'ann', 1, wait)).subscribe();

      expect(await first(log.append('stream-1', 'ann', [], { detach: 0 }))).toBe('ok');
      waiting.unsubscribe();
      expect(await first(log.append('stream-1', 'ann', [], { detach: 0 }))).toBe('detached');
    });
  });
}

function first<T extends AppendResult | LogPage | boolean | undefined>(result: ObservableInput<T>): Promise<T> {
  return firstValueFrom(from<ObservableInput<T>>(result));
}
