import { concat, EMPTY, from, of, take, tap, throwError } from 'rxjs';
import {
  accumulateRun,
  type AnswerValue,
  type ChatCompletionChunk,
  ConnectionError,
  type Message,
  type RunView,
  type ToolCall,
  type ToolRunEvent,
} from '../../src/index.js';
import { responseEvents } from '../../src/testing/index.js';
import { chatChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const lost = new ConnectionError('The connection was lost');

const empty: Message = {
  id: undefined,
  model: undefined,
  role: 'assistant',
  content: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: undefined,
  extra: {},
};
const begun: Message = { ...empty, id: 'chat-1', model: 'm-1' };
const whole: Message = { ...begun, content: 'Looking', finishReason: 'tool_calls' };
const oslo = callOf('call-1', '{"city":"Oslo"}');
const rome = callOf('call-2', '{"city":"Rome"}');

function callOf(id: string, args: string): ToolCall {
  return { id, type: 'function', name: 'weather', arguments: args, complete: true, extra: {} };
}

function chunk(value: AnswerValue, turn = 0): ToolRunEvent {
  return { turn, type: 'chunk', chunk: value as ChatCompletionChunk };
}

function end(message: Message, turn = 0, open: readonly ToolCall[] = []): ToolRunEvent {
  return { turn, type: 'turn', message, open, history: [] };
}

const events = {
  a: chunk(chatChunk({ content: 'Looking' })),
  c: { turn: 0, type: 'call', call: oslo },
  s: { turn: 0, type: 'start', call: oslo },
  v: { turn: 0, type: 'result', call: oslo, value: { sky: 'clear' }, content: '{"sky":"clear"}' },
  t: end(whole),
  b: chunk(chatChunk({ content: 'Clear' }), 1),
  u: end({ ...begun, content: 'Clear', finishReason: 'stop' }, 1),
} as const satisfies Readonly<Record<string, ToolRunEvent>>;

const looking = { ...begun, content: 'Looking' };
const answered = { call: oslo, status: 'done', result: { sky: 'clear' }, content: '{"sky":"clear"}' } as const;
const asked = { message: whole, calls: [answered] };
const last = { message: { ...begun, content: 'Clear', finishReason: 'stop' }, calls: [] };
const views: Readonly<Record<string, RunView>> = {
  w: { status: 'waiting', turns: [] },
  a: { status: 'streaming', turns: [{ message: looking, calls: [] }] },
  c: { status: 'calling', turns: [{ message: looking, calls: [{ call: oslo, status: 'waiting' }] }] },
  s: { status: 'calling', turns: [{ message: looking, calls: [{ call: oslo, status: 'running' }] }] },
  v: { status: 'calling', turns: [{ message: looking, calls: [answered] }] },
  t: { status: 'waiting', turns: [asked] },
  b: { status: 'streaming', turns: [asked, { message: { ...begun, content: 'Clear' }, calls: [] }] },
  u: { status: 'streaming', turns: [asked, last] },
  d: { status: 'done', turns: [asked, last] },
  x: { status: 'failed', turns: [{ message: looking, calls: [] }], error: lost },
};

function viewsOf(source: readonly ToolRunEvent[]): readonly RunView[] {
  const seen: RunView[] = [];
  from(source)
    .pipe(accumulateRun())
    .subscribe((view) => seen.push(view));
  return seen;
}

function lastOf(source: readonly ToolRunEvent[]): RunView {
  return viewsOf(source).at(-1)!;
}

describe('accumulateRun', () => {
  it('emits a view before the first event, for each event and at the end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<ToolRunEvent>('--a-c-v-t-b-u|    ', events);
      const sourceSubs = '               ^------------!    ';
      const expected = '                 w-a-c-v-t-b-u(d|) ';

      expectObservable(source.pipe(accumulateRun())).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('keeps the turns so far when the source fails', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<ToolRunEvent>('--a#    ', events, lost);
      const sourceSubs = '               ^--!    ';
      const expected = '                 w-a(x|) ';

      expectObservable(source.pipe(accumulateRun())).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('stays waiting while the source is silent, and unsubscribes from it when unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<ToolRunEvent>('------');
      const unsubscribe = '              ----! ';
      const sourceSubs = '               ^---! ';
      const expected = '                 w-----';

      expectObservable(source.pipe(accumulateRun()), unsubscribe).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('ends as waiting after a source that completes without an event', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(accumulateRun())).toBe('(w|)', views);
      expectObservable(cold<ToolRunEvent>('---|').pipe(accumulateRun())).toBe('w--|', views);
    });
  });

  it('emits a view for each event of a synchronous source, and starts over with each subscription', () => {
    runMarbles(({ expectObservable }) => {
      const result = of(...Object.values(events)).pipe(accumulateRun());

      expectObservable(result).toBe('     (wacsvtbud|)', views);
      expectObservable(result, '--^').toBe('--(wacsvtbud|)', views);
    });
  });

  it('stops a synchronous source when unsubscribed', () => {
    const taken: ToolRunEvent[] = [];
    of(events.a, events.c)
      .pipe(
        tap((event) => taken.push(event)),
        accumulateRun(),
        take(2),
      )
      .subscribe();

    expect(taken).toEqual([events.a]);
  });

  it('is waiting until there is something to show, in each turn', () => {
    const role = chatChunk({ role: 'assistant', content: '' });

    expect(viewsOf([chunk(role), events.a, events.c, events.t, chunk(role, 1), events.b]).map((v) => v.status)).toEqual(
      ['waiting', 'waiting', 'streaming', 'calling', 'waiting', 'waiting', 'streaming', 'done'],
    );
  });

  it('shows the progress of each call, in the order of the calls', () => {
    const states = viewsOf([
      events.c,
      { turn: 0, type: 'call', call: rome },
      { turn: 0, type: 'start', call: rome },
      { turn: 0, type: 'progress', call: rome, value: 1 },
      events.s,
      { turn: 0, type: 'progress', call: rome, value: 2 },
      { turn: 0, type: 'result', call: rome, value: 2, content: '2' },
      { turn: 0, type: 'failure', call: oslo, reason: 'thrown', error: lost, content: 'The connection was lost' },
    ]).map(({ turns }) => turns[0]?.calls.map(({ call: _, ...state }) => state));

    expect(states.slice(2)).toEqual([
      [{ status: 'waiting' }, { status: 'waiting' }],
      [{ status: 'waiting' }, { status: 'running' }],
      [{ status: 'waiting' }, { status: 'running', progress: 1 }],
      [{ status: 'running' }, { status: 'running', progress: 1 }],
      [{ status: 'running' }, { status: 'running', progress: 2 }],
      [{ status: 'running' }, { status: 'done', progress: 2, result: 2, content: '2' }],
      [
        { status: 'failed', error: lost, content: 'The connection was lost' },
        { status: 'done', progress: 2, result: 2, content: '2' },
      ],
      expect.anything(),
    ]);
  });

  it('shows a call that never ran, with what the model was told', () => {
    const denied = { turn: 0, type: 'failure', call: oslo, reason: 'denied', content: 'Not approved' } as const;

    expect(lastOf([events.c, denied]).turns[0]?.calls).toEqual([
      { call: oslo, status: 'failed', content: 'Not approved' },
    ]);
  });

  it('leaves the calls of the caller waiting when the run is done', () => {
    const { status, turns } = lastOf([
      events.a,
      events.c,
      { turn: 0, type: 'call', call: rome },
      events.s,
      events.v,
      end(whole, 0, [rome]),
    ]);

    expect(status).toBe('done');
    expect(turns).toEqual([{ message: whole, calls: [answered, { call: rome, status: 'waiting' }] }]);
  });

  it('is done without a further view of waiting if a call is left to the caller', () => {
    const statuses = viewsOf([events.c, end(whole, 0, [oslo])]).map(({ status }) => status);

    expect(statuses).toEqual(['waiting', 'calling', 'calling', 'done']);
  });

  it('adds up the token counts of the turns, and lists what the servers sent', () => {
    const counts = { prompt_tokens_details: { cached_tokens: 2 }, prompt_tokens: 6, completion_tokens: 1 };
    const [first, second] = [usageChunk(4, 5), { ...usageChunk(6, 1), usage: counts }];
    const seen = viewsOf([events.a, chunk(first), events.c, chunk(second, 1)]);

    expect(seen.map(({ usage }) => usage)).toEqual([
      undefined,
      undefined,
      { inputTokens: 4, outputTokens: 5, totalTokens: 9, raw: [first.usage] },
      { inputTokens: 4, outputTokens: 5, totalTokens: 9, raw: [first.usage] },
      { inputTokens: 10, outputTokens: 6, totalTokens: 16, cachedTokens: 2, raw: [first.usage, counts] },
      { inputTokens: 10, outputTokens: 6, totalTokens: 16, cachedTokens: 2, raw: [first.usage, counts] },
    ]);
  });

  it('reads the events of responses', () => {
    const source = responseEvents('Clear');

    expect(lastOf(source.map((event) => chunk(event))).turns[0]?.message).toMatchObject({
      content: 'Clear',
      finishReason: 'stop',
    });
  });

  it('emits no view for an event that changes nothing', () => {
    expect(viewsOf([events.a, chunk(chatChunk({}))])).toHaveLength(3);
  });

  it('finishes the message of a run that was cut short', () => {
    const piece = { index: 0, id: 'call-1', function: { name: 'weather', arguments: '{"city"' } };
    const { status, turns } = lastOf([chunk(chatChunk({ tool_calls: [piece] }))]);

    expect(status).toBe('done');
    expect(turns[0]?.message.toolCalls).toMatchObject([{ id: 'call-1', complete: false }]);
  });

  it('keeps the identity of what did not change', () => {
    const [, , , started, finished, ended, next, closed, done] = viewsOf([
      events.a,
      events.c,
      events.s,
      events.v,
      events.t,
      events.b,
      events.u,
    ]);

    expect(finished?.turns[0]?.message).toBe(started?.turns[0]?.message);
    expect(ended?.turns[0]?.calls).toBe(finished?.turns[0]?.calls);
    expect(next?.turns[0]).toBe(ended?.turns[0]);
    expect(done?.turns).toBe(closed?.turns);
    expect(ended?.turns[0]?.message).toBe(whole);
  });

  it('keeps the identity of the calls beside one that changes', () => {
    const [, , before, after] = viewsOf([events.c, { turn: 0, type: 'call', call: rome }, events.s]);

    expect(after?.turns[0]?.calls[1]).toBe(before?.turns[0]?.calls[1]);
  });

  it('emits frozen views, but leaves the values of tools as they are', () => {
    const value = { sky: 'clear' };
    const failing = { turn: 0, type: 'failure', call: oslo, reason: 'thrown', error: lost, content: 'Lost' } as const;
    const seen = viewsOf([events.a, events.c, events.s, { ...events.v, value }, failing, events.t, events.b]);
    const parts = seen.flatMap((view) => [
      view,
      view.turns,
      ...view.turns.flatMap((turn) => [turn, turn.message, turn.calls, ...turn.calls]),
    ]);

    expect(parts.every((part) => part === whole || Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(value)).toBe(false);
  });

  it('survives JSON and structuredClone, errors included', () => {
    const failing = { turn: 0, type: 'failure', call: oslo, reason: 'thrown', error: lost, content: 'Lost' } as const;
    const seen: RunView[] = [];
    const source = [events.a, events.c, { turn: 0, type: 'call', call: rome } as const, failing];
    concat(
      from<readonly ToolRunEvent[]>(source),
      throwError(() => lost),
    )
      .pipe(accumulateRun())
      .subscribe((view) => seen.push(view));
    const view = seen.at(-1)!;

    expect(JSON.parse(JSON.stringify(view))).toMatchObject({
      status: 'failed',
      turns: [
        {
          message: { content: 'Looking' },
          calls: [
            { status: 'failed', error: { name: 'ConnectionError', kind: 'connection' } },
            { call: rome, status: 'waiting' },
          ],
        },
      ],
      error: { name: 'ConnectionError', kind: 'connection', message: 'The connection was lost' },
    });
    expect(Object.keys(view)).toEqual(['status', 'turns', 'error']);
    expect(structuredClone(view).turns[0]?.calls[0]?.error).toMatchObject({ message: 'The connection was lost' });
  });

  it('makes an error of a thrown value that is not one', () => {
    const seen: RunView[] = [];
    throwError(() => 'no')
      .pipe(accumulateRun())
      .subscribe((view) => seen.push(view));

    expect(seen.at(-1)?.error).toMatchObject({ message: 'A value that is not an Error was thrown', cause: 'no' });
  });

  it('fails with a sentence about values that are not events of a run', () => {
    const view = lastOf([chatChunk({ content: 'Hi' }) as unknown as ToolRunEvent]);

    expect(view).toMatchObject({
      status: 'failed',
      error: { message: 'accumulateRun() reads the events of runTools()' },
    });
  });

  it('shows the turns of a run that follows another', () => {
    const again = [chunk(chatChunk({ content: 'Cle' })), chunk(chatChunk({ content: 'ar' })), end(last.message)];

    expect(viewsOf([events.a, end(last.message), ...again]).at(-1)).toEqual({ status: 'done', turns: [last, last] });
    expect(
      viewsOf([events.a, end(last.message), ...again])
        .at(-3)
        ?.turns.at(-1)?.message.content,
    ).toBe('Clear');
  });
});
