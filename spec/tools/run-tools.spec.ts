import { delay, filter, from, map, of, throwError, toArray } from 'rxjs';
import { retryTransient, runTools, StreamError } from '../../src/index.js';
import { fakeClient, finishChunk, textChunk, toolCallChunk } from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { everyApi, lineOf, linesOf, toolOf } from './run-over.js';

const request = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] } as const;

describe('runTools', () => {
  it('requests, runs tools and requests again', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [a, f] = [toolCallChunk({ id: 'k', name: 'slow', arguments: '{}' }), finishChunk('tool_calls')];
      const [b, g] = [textChunk('Fine'), finishChunk()];
      const first = cold(' -a-f|', { a, f });
      const slow = cold('      ----v---|', { v: 'done' });
      const second = cold('            -----b-g|', { b, g });
      const expected = '   -a-f(ks)p---(xt)-b-g(u|)';
      const run = runTools(fakeClient([first, second]), { request, tools: [toolOf('slow', () => slow)] });

      expectObservable(run.pipe(map(({ type }) => type))).toBe(expected, {
        ...{ a: 'chunk', f: 'chunk', b: 'chunk', g: 'chunk', k: 'call', s: 'start', p: 'progress', x: 'result' },
        ...{ t: 'turn', u: 'turn' },
      });
      expectSubscriptions(first.subscriptions).toBe(' ^---!');
      expectSubscriptions(slow.subscriptions).toBe('  ----^-------!');
      expectSubscriptions(second.subscriptions).toBe('------------^-------!');
    });
  });

  it('reads the first choice', () => {
    const second = chatChunk(
      { tool_calls: [{ index: 0, id: 'b', function: { name: 'b', arguments: '{}' } }] },
      { index: 1 },
    );
    const client = fakeClient([
      from([textChunk('Fine'), second, finishChunk(), finishChunk('tool_calls', { choice: 1 })]),
    ]);

    expect(linesOf(runTools(client, { request: { ...request, n: 2 }, tools: [toolOf('b', () => 1)] }))).toEqual([
      '0 turn',
      'complete',
    ]);
  });

  it('completes without a turn where nothing is asked, as while Angular renders on a server', () => {
    expect(linesOf(runTools(fakeClient([of()]), { request, tools: [] }))).toEqual(['complete']);
  });

  it('sends nothing before it is subscribed, and a run for each subscription', () => {
    const client = fakeClient(() => 'Fine');
    const run = runTools(client, { request, tools: [] });

    expect(client.requests).toHaveLength(0);
    expect([linesOf(run), linesOf(run)]).toEqual([
      ['0 turn', 'complete'],
      ['0 turn', 'complete'],
    ]);
    expect(client.requests).toHaveLength(2);
  });

  it('retries each turn before its first chunk, without running a tool twice', () => {
    runMarbles(({ cold, expectObservable }) => {
      const busy = new StreamError('busy', { kind: 'overloaded', retryable: true });
      const ran = jest.fn(() => 'x');
      const client = fakeClient([
        throwError(() => busy),
        cold('(af|)', { a: toolCallChunk({ id: 'k', name: 'f', arguments: '{}' }), f: finishChunk('tool_calls') }),
        throwError(() => busy),
        cold('(bg|)', { b: textChunk('Fine'), g: finishChunk() }),
      ]);
      const run = runTools(client, { request, tools: [toolOf('f', ran)], retry: { initialDelay: 10 } });

      const turns = run.pipe(
        filter(({ type }) => type === 'turn'),
        map(({ turn }) => turn),
      );
      expectObservable(turns).toBe('-----0----(1|)', [0, 1]);
    });
  });

  it.each(['chunk', 'call', 'start', 'result', 'turn'])('is refused by a retry that restarts, at its %s', (kind) => {
    const client = fakeClient(() => from([toolCallChunk({ id: 'k', name: 'f' }), finishChunk('tool_calls')]));
    const run = runTools(client, { request, tools: [toolOf('f', () => 1)] }).pipe(filter(({ type }) => type === kind));
    const refused: unknown[] = [];
    run.pipe(retryTransient({ restart: true })).subscribe({ error: (error: unknown) => refused.push(error) });

    expect(refused).toEqual([
      new TypeError('restart belongs after an accumulating operator, such as accumulateMessage()'),
    ]);
    expect(client.requests).toHaveLength(1);
  });

  it('does not retry with retry: false', () => {
    const busy = new StreamError('busy', { kind: 'overloaded', retryable: true });
    const client = fakeClient([throwError(() => busy)]);

    expect(linesOf(runTools(client, { request, tools: [], retry: false }))).toEqual(['StreamError: busy']);
  });
});

describe.each(everyApi)('runTools over $api', (over) => {
  const { clientOf, itemsOf, answerTo } = over;
  const weather = toolOf('weather', () => 'sunny');
  const time = toolOf('time', () => ({ hour: 12 }));

  it('tells calls, results and turns, and completes after an answer without calls', () => {
    const client = clientOf(['weather', 'time'], 'Fine');

    expect(linesOf(over.runTools(client, { tools: [weather, time] }))).toEqual([
      '0 call weather',
      '0 call time',
      '0 start weather',
      '0 result weather sunny',
      '0 start time',
      '0 result time {"hour":12}',
      '0 turn',
      '1 turn',
      'complete',
    ]);
  });

  it('tells the message and all that is to be sent next', () => {
    const client = clientOf(['weather'], 'Fine');
    const turns: unknown[] = [];
    over.runTools(client, { tools: [weather] }).subscribe((event) => event.type === 'turn' && turns.push(event));

    expect(turns).toMatchObject([
      { turn: 0, open: [], message: { toolCalls: [{ name: 'weather' }] } },
      { turn: 1, open: [], message: { content: 'Fine', finishReason: 'stop' } },
    ]);
    const [first, second] = turns as readonly { readonly history: readonly object[] }[];
    expect(first!.history).toHaveLength(3);
    expect(first!.history.at(-1)).toEqual(answerTo('weather', 'sunny'));
    expect(itemsOf(client.requests[1]!.request)).toEqual(first!.history);
    expect(second!.history.slice(0, 3)).toEqual(first!.history);
    expect(second!.history.at(-1)).toMatchObject({ role: 'assistant' });
  });

  it('sends the answers in the order of the calls, whichever tool is first', () => {
    runMarbles(({ cold, expectObservable }) => {
      const client = clientOf(['slow', 'fast'], 'Fine');
      const slow = toolOf('slow', () => cold('--(a|)'));
      const fast = toolOf('fast', () => cold('-(b|)'));
      const lines = over.runTools(client, { tools: [fast, slow] }).pipe(
        filter(({ type }) => type !== 'chunk'),
        map(lineOf),
        toArray(),
      );

      expectObservable(lines).toBe('--(x|)', {
        x: [
          ...['0 call slow', '0 call fast', '0 start slow', '0 start fast'],
          ...['0 progress fast "b"', '0 result fast b', '0 progress slow "a"', '0 result slow a', '0 turn', '1 turn'],
        ],
      });
    });
  });

  it.each([
    [1, ['0 start a', '0 result a a', '0 start b', '0 result b b', '0 start c', '0 result c c']],
    [2, ['0 start a', '0 start b', '0 result a a', '0 start c', '0 result b b', '0 result c c']],
    [Infinity, ['0 start a', '0 start b', '0 start c', '0 result a a', '0 result b b', '0 result c c']],
  ])('runs %p tools at once', (concurrency, expected) => {
    runMarbles(({ scheduler, expectObservable }) => {
      const client = clientOf(['a', 'b', 'c'], 'Fine');
      const tools = ['a', 'b', 'c'].map((name) => toolOf(name, () => of(name).pipe(delay(2, scheduler))));
      const lines = over.runTools(client, { tools, concurrency }).pipe(
        filter(({ type }) => type === 'start' || type === 'result'),
        map(lineOf),
        toArray(),
      );

      expectObservable(lines).toBe(`${concurrency === 1 ? 6 : concurrency === 2 ? 4 : 2}ms (x|)`, { x: expected });
    });
  });

  it('frees the slot of a call that fails, and holds it during approval', () => {
    runMarbles(({ cold, expectObservable }) => {
      const client = clientOf(['none', 'a', 'b'], 'Fine');
      const run = over.runTools(client, {
        tools: [toolOf('a', () => 'x'), toolOf('b', () => 'y')],
        concurrency: 1,
        approve: () => cold('----t', { t: true }),
      });
      const lines = run.pipe(
        filter(({ type }) => type === 'start' || type === 'result' || type === 'failure'),
        map(lineOf),
      );

      expectObservable(lines).toBe('n---(ax)(by|)', {
        n: '0 unknown none',
        a: '0 start a',
        x: '0 result a x',
        b: '0 start b',
        y: '0 result b y',
      });
    });
  });
});
