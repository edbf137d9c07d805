import { defer, filter, firstValueFrom, NEVER, Observable, of, Subject, take, throwError } from 'rxjs';
import { createClient } from '../../src/index.node.js';
import type { ToolRunEvent } from '../../src/index.js';
import type { LocalExchange, LocalModel } from '../../src/local/index.js';
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
      ? defer(() => {
          waiting.next();
          return NEVER;
        })
      : of({ tool_calls: [call('f')] }),
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

  it('closes its request and its tools, whichever event it is unsubscribed after', async () => {
    const open = new Set<AbortSignal>();
    const f = toolOf(
      'f',
      (_args, { signal }) =>
        new Observable((subscriber) => {
          open.add(signal);
          subscriber.next('dry');
          subscriber.complete();
          return () => open.delete(signal);
        }),
    );
    const { length } = await collect(run('caller', { tools: [f] }));
    for (let place = 1; place < length; place += 1) {
      await collect(run('caller', { tools: [f] }).pipe(take(place)));
      expect(open.size).toBe(0);
    }
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
