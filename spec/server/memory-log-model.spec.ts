import { from, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { memoryLog } from '../../src/server/memory-log.js';
import type { AppendResult, LogEntry, LogPage } from '../../src/server/stream-log.js';
import { Dice } from '../support/dice.js';

const limits = { ttl: 12, bytes: 60, totalBytes: 150 };
const detach = 5;
const endRoom = 1024;

interface ModelStream {
  readonly id: string;
  readonly owner: string;
  readonly entries: LogEntry[];
  endedAt: number | undefined;
  isStopped: boolean;
  readAt: number;
}

interface ModelRead {
  readonly name: number;
  readonly stream: ModelStream;
  readonly after: number;
  readonly until: number;
}

/** A log that looks at everything it has on each call. */
class Model {
  readonly pages: string[] = [];
  private streams: ModelStream[] = [];
  private reads: ModelRead[] = [];
  private readonly endings: ModelStream[] = [];
  private now = 0;

  pass(): void {
    this.now++;
    this.answer();
  }

  append(id: string, owner: string, entries: readonly LogEntry[], end: boolean): AppendResult {
    this.expire();
    const known = this.streams.find((stream) => stream.id === id);
    const stream = known ?? { id, owner, entries: [], endedAt: undefined, isStopped: false, readAt: this.now };
    const added = entries.filter(({ number }) => number > stream.entries.length);
    const isGap = entries.length > 0 && entries[0]!.number > stream.entries.length + 1;
    if (stream.owner !== owner || isGap || (added.length > 0 && stream.endedAt !== undefined)) {
      return 'lost';
    }
    if (stream.isStopped && !end) {
      return 'stopped';
    }
    const size = sizeOf(added);
    const excess = end && known !== undefined ? endRoom : 0;
    if (sizeOf(stream.entries) + size > limits.bytes + excess || !this.hasRoom(size, known === undefined, excess)) {
      return 'full';
    }
    const hasReader = this.reads.some((read) => read.stream === stream) || this.now < stream.readAt + detach;
    if (known === undefined) {
      this.streams.push(stream);
    }
    stream.entries.push(...added);
    stream.endedAt ??= end ? this.now : undefined;
    this.answer();
    return hasReader || known === undefined ? 'ok' : 'detached';
  }

  read(name: number, id: string, owner: string, after: number, wait: number): void {
    const stream = this.find(id, owner);
    if (stream === undefined) {
      this.pages.push(show(name, undefined));
      return;
    }
    stream.readAt = this.now;
    this.reads.push({ name, stream, after, until: this.now + wait });
    this.answer();
  }

  leave(name: number): void {
    const read = this.reads.find((other) => other.name === name);
    if (read !== undefined) {
      read.stream.readAt = this.now;
      this.reads = this.reads.filter((other) => other !== read);
    }
  }

  stop(id: string, owner: string): boolean {
    const stream = this.find(id, owner);
    if (stream !== undefined) {
      stream.isStopped = true;
    }
    return stream !== undefined;
  }

  private find(id: string, owner: string): ModelStream | undefined {
    this.expire();
    return this.streams.find((stream) => stream.id === id && stream.owner === owner);
  }

  /** The streams that have ended, in the order of their ends. */
  private ended(): readonly ModelStream[] {
    return this.endings.filter((stream) => this.streams.includes(stream));
  }

  private answer(): void {
    for (const stream of this.streams) {
      if (stream.endedAt !== undefined && !this.endings.includes(stream)) {
        this.endings.push(stream);
      }
    }
    for (const read of this.reads) {
      const { name, stream, after, until } = read;
      const isEnded = stream.endedAt !== undefined;
      if (after < stream.entries.length || isEnded || until <= this.now) {
        this.pages.push(show(name, { entries: stream.entries.slice(after), state: isEnded ? 'ended' : 'open' }));
        this.leave(name);
      }
    }
  }

  private expire(): void {
    this.streams = this.streams.filter(({ endedAt }) => endedAt === undefined || this.now < endedAt + limits.ttl);
  }

  private hasRoom(size: number, isNew: boolean, excess: number): boolean {
    const taken = (): number => this.streams.reduce((sum, { entries }) => sum + sizeOf(entries), 0);
    const needed = isNew ? Math.max(1, size) : size;
    while (taken() + needed > limits.totalBytes && this.ended().length > 0) {
      const [oldest] = this.ended();
      this.streams = this.streams.filter((stream) => stream !== oldest);
    }
    return taken() + needed <= limits.totalBytes + excess;
  }
}

function sizeOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { data }) => sum + data.length, 0);
}

function show(name: number, page: LogPage | undefined): string {
  return `read ${name}: ${page === undefined ? 'none' : `${page.state} ${JSON.stringify(page.entries)}`}`;
}

describe('memoryLog in any order of calls', () => {
  const seen = new Set<unknown>();

  it.each(Array.from({ length: 20 }, (_, seed) => [seed]))('does what a simple log does, seed %d', (seed) => {
    const dice = new Dice(seed);
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ ...limits, scheduler: clock });
    const model = new Model();
    const pages: string[] = [];
    const told: unknown[] = [];
    const expected: unknown[] = [];
    const lengths = new Map<string, number>();
    const leaves: (() => void)[] = [];

    const pass = (): void => {
      clock.maxFrames = clock.frame + 1;
      clock.flush();
      clock.frame = clock.maxFrames;
      model.pass();
    };
    const append = (id: string, owner: string): void => {
      const written = lengths.get(id) ?? 0;
      const first = Math.max(1, written + 1 - (dice.chance(0.3) ? dice.below(4) : 0) + (dice.chance(0.05) ? 1 : 0));
      const entries = Array.from({ length: dice.below(4) }, (_, place) => ({
        number: first + place,
        data: 'x'.repeat((first + place) % 7),
      }));
      const end = dice.chance(0.15);
      const result = model.append(id, owner, entries, end);
      if (['ok', 'detached'].includes(result)) {
        lengths.set(id, Math.max(written, first + entries.length - 1));
      } else if (result === 'lost' && dice.chance(0.5)) {
        lengths.delete(id);
      }
      expected.push(result);
      from(log.append(id, owner, entries, { end, detach })).subscribe((value) => told.push(value));
    };
    const read = (name: number, id: string, owner: string): void => {
      const after = dice.below((lengths.get(id) ?? 0) + 2);
      const wait = dice.below(9);
      model.read(name, id, owner, after, wait);
      const reading = from(log.read(id, owner, after, wait)).subscribe((page) => pages.push(show(name, page)));
      leaves.push(() => {
        model.leave(name);
        reading.unsubscribe();
      });
    };

    for (let step = 0; step < 400; step++) {
      const id = dice.pick(['a', 'b', 'c', 'd', 'e']);
      const owner = dice.chance(0.95) ? 'ann' : 'bob';
      const call = dice.pick(['append', 'append', 'read', 'read', 'leave', 'stop', 'pass', 'pass'] as const);
      if (call === 'append') {
        append(id, owner);
      } else if (call === 'read') {
        read(step, id, owner);
      } else if (call === 'leave') {
        leaves.splice(dice.below(leaves.length), 1).forEach((leave) => leave());
      } else if (call === 'stop' && dice.chance(0.3)) {
        expected.push(model.stop(id, owner));
        from(log.stop(id, owner)).subscribe((value) => told.push(value));
      } else {
        pass();
      }
      expect([step, told.at(-1), pages.splice(0).sort()]).toEqual([
        step,
        expected.at(-1),
        model.pages.splice(0).sort(),
      ]);
    }
    expect(told).toEqual(expected);
    told.forEach((result) => seen.add(result));
  });

  it('was asked for everything', () => {
    expect([...seen].map(String).sort()).toEqual(['detached', 'false', 'full', 'lost', 'ok', 'stopped', 'true']);
  });
});
