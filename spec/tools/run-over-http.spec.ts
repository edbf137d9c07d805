import {
  concat,
  defer,
  filter,
  firstValueFrom,
  NEVER,
  Observable,
  of,
  ReplaySubject,
  skip,
  Subject,
  take,
  takeWhile,
  throwError,
} from 'rxjs';
import { createClient } from '../../src/index.node.js';
import { toAsyncIterable, type ToolRunEvent } from '../../src/index.js';
import type { LocalExchange, LocalModel, LocalOutcome } from '../../src/local/index.js';
import { useLocalServer } from '../local/local-server.js';
import { everyApi, lineOf, toolOf } from './run-over.js';

const exchanges = new Subject<LocalExchange>();
const call = (name: string) => ({ index: 0, id: `call-${name}`, function: { name, arguments: '{}' } });
const waiting = new Subject<void>();
let asked = 0;
const models: Readonly<Record<string, LocalModel>> = {
  caller: ({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? of('It is ', messages.at(-1)?.content as string)
      : of({ tool_calls: [call('f')] }),
  busy: ({ messages }) => {
    asked += 1;
    return asked === 2
      ? throwError(() => ({ status: 429, message: 'Slow down', headers: { 'retry-after-ms': '1' } }))
      : models['caller']!({ messages } as never);
  },
  endless: ({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? concat(
          of('It is '),
          defer(() => {
            waiting.next();
            return NEVER;
          }),
        )
      : of({ tool_calls: [call('f')] }),
  silent: () => concat(of('Let me see'), NEVER),
  last: () => of('Bye'),
  several: ({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? of('Done')
      : of({ tool_calls: ['a', 'b', 'c'].map((name, index) => ({ ...call(name), index })) }),
  loop: ({ body }) => {
    sizes.push(JSON.stringify(body).length);
    return sizes.length % 20 === 0 ? of('Done') : of({ tool_calls: [call('f')] });
  },
};
let sizes: number[] = [];

describe.each(everyApi)('a run over HTTP and $api', (over) => {
  const url = useLocalServer({ models, onExchange: (exchange) => exchanges.next(exchange) });
  const run = (model: string, config: Parameters<typeof over.runTools>[1]): Observable<ToolRunEvent> =>
    over.runTools(createClient({ baseURL: url() }), { request: { model }, ...config });
  const collect = (source: Observable<ToolRunEvent>): Promise<readonly ToolRunEvent[]> =>
    new Promise((resolve, reject) => {
      const events: ToolRunEvent[] = [];
      source.subscribe({ next: (event) => events.push(event), error: reject, complete: () => resolve(events) });
    });
  const linesIn = (events: readonly ToolRunEvent[]): readonly string[] =>
    events.filter(({ type }) => type !== 'chunk').map(lineOf);

  it('answers calls', async () => {
    const events = await collect(run('caller', { tools: [toolOf('f', () => 'dry')] }));

    expect(linesIn(events)).toEqual([
      ...['0 call call-f', '0 start call-f', '0 result call-f dry', '0 turn', '1 turn'],
    ]);
    expect(events.at(-1)).toMatchObject({ message: { content: 'It is dry' } });
  });

  it('waits out a rate limit in the second turn without running a tool twice', async () => {
    asked = 0;
    const ran = jest.fn(() => 'dry');
    const events = await collect(run('busy', { tools: [toolOf('f', ran)] }));

    expect(events.at(-1)).toMatchObject({ turn: 1, message: { content: 'It is dry' } });
    expect(asked).toBe(3);
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it.each([
    [Infinity, ['start a', 'start b', 'start c', 'result a', 'result b', 'result c']],
    [2, ['start a', 'start b', 'result a', 'start c', 'result b', 'result c']],
    [1, ['start a', 'result a', 'start b', 'result b', 'start c', 'result c']],
  ])('runs %d tools of a turn at once', async (concurrency, expected) => {
    const ended = new Subject<string>();
    const started: string[] = [];
    // A tool ends when each one that began before it has ended, and no other can begin.
    const wait = (name: string) => defer(() => (started.push(name), ended.pipe(filter((other) => other === name))));
    const tools = ['a', 'b', 'c'].map((name) => toolOf(name, () => wait(name).pipe(take(1))));
    const events: ToolRunEvent[] = [];
    for await (const event of toAsyncIterable(run('several', { tools, concurrency }))) {
      events.push(event);
      const begun = events.filter(({ type }) => type === 'start').length;
      const over = events.filter(({ type }) => type === 'result').length;
      const isFull = begun === 3 || begun - over === concurrency;
      if ((event.type === 'start' || event.type === 'result') && isFull && begun > over) {
        ended.next(started[over] ?? '');
      }
    }

    expect(linesIn(events).filter((line) => /start|result/u.test(line))).toEqual(
      expected.map((line) => expect.stringMatching(new RegExp(`^0 ${line.replace(' ', ' call-')}`, 'u')) as string),
    );
    expect(linesIn(events).slice(0, 3)).toEqual(['0 call call-a', '0 call call-b', '0 call call-c']);
    expect(linesIn(events).slice(-2)).toEqual(['0 turn', '1 turn']);
  });

  it.each<[string, string, (event: ToolRunEvent) => boolean, readonly LocalOutcome[]]>([
    ['the first chunk', 'silent', ({ type }) => type === 'chunk', ['aborted']],
    ['a call', 'caller', ({ type }) => type === 'call', ['answered']],
    ['the start of a tool', 'caller', ({ type }) => type === 'start', ['answered']],
    ['the progress of a tool', 'caller', ({ type }) => type === 'progress', ['answered']],
    ['a result', 'caller', ({ type }) => type === 'result', ['answered']],
    ['a turn', 'caller', ({ type }) => type === 'turn', ['answered']],
    ['the first chunk of the second turn', 'endless', ({ turn }) => turn === 1, ['answered', 'aborted']],
  ])('leaves nothing when it is unsubscribed at %s', async (moment, model, isMoment, outcomes) => {
    const seen = new ReplaySubject<LocalExchange>(outcomes.length + 1);
    const watching = exchanges.subscribe(seen);
    const exchange = (place: number) => firstValueFrom(seen.pipe(skip(place)));
    const open = new Set<AbortSignal>();
    const signals: AbortSignal[] = [];
    const f = toolOf('f', (_args, { signal }) => {
      signals.push(signal);
      return new Observable<string>((subscriber) => {
        open.add(signal);
        subscriber.next('dry');
        if (/result|turn/u.test(moment)) {
          subscriber.complete();
        }
        return () => open.delete(signal);
      });
    });
    await collect(run(model, { tools: [f] }).pipe(takeWhile((event) => !isMoment(event))));
    const isRunning = moment.includes('progress');

    expect(open.size).toBe(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual(
      isRunning ? [true] : /result|turn/u.test(moment) ? [false] : [],
    );
    const left = await Promise.all(outcomes.map((_outcome, place) => exchange(place)));
    // Another request of the run would be seen before the next one.
    await collect(run('last', { tools: [] }));
    const next = await exchange(outcomes.length);
    watching.unsubscribe();
    expect(left.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(next.model).toBe('last');
  });

  it('closes a request that waits for its answer', async () => {
    const aborted = firstValueFrom(exchanges.pipe(filter(({ outcome }) => outcome === 'aborted')));
    const reached = firstValueFrom(waiting);
    const running = run('endless', { tools: [toolOf('f', () => 'dry')] }).subscribe();
    await reached;
    running.unsubscribe();

    await expect(aborted).resolves.toMatchObject({ model: 'endless' });
  });

  it('sends requests that grow by the same in each of 20 turns', async () => {
    sizes = [];
    await collect(run('loop', { tools: [toolOf('f', () => 'dry')], maxTurns: 20 }));
    const growth = sizes.slice(1).map((size, place) => size - sizes[place]!);

    expect(sizes).toHaveLength(20);
    expect(Math.max(...growth.slice(1)) - Math.min(...growth.slice(1))).toBeLessThan(20);
  });
});
