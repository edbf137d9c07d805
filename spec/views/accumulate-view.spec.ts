import { combineLatest, EMPTY, from, map, of, take, tap, throwError } from 'rxjs';
import type { Message } from '../../src/chunks/message.js';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { LimitError } from '../../src/errors/limit-error.js';
import { RateLimitError } from '../../src/errors/rate-limit-error.js';
import type { RetryNotice } from '../../src/operators/retry-with-backoff.js';
import { accumulateView, type AccumulateViewConfig } from '../../src/views/accumulate-view.js';
import type { ChatView } from '../../src/views/chat-view.js';
import { attempts } from '../support/attempts.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const lost = new ConnectionError('The connection was lost');
const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 3 });

const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
  f: finishChunk(),
  u: usageChunk(4, 5),
};
const nothing: Message = {
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
const begun: Message = { ...nothing, id: 'chat-1', model: 'm-1' };
const hello: Message = { ...begun, content: 'Hello' };
const finished: Message = { ...hello, finishReason: 'stop' };
const views: Readonly<Record<string, ChatView>> = {
  w: { status: 'waiting', message: nothing },
  r: { status: 'waiting', message: begun },
  a: { status: 'streaming', message: { ...begun, content: 'Hel' } },
  b: { status: 'streaming', message: hello },
  f: { status: 'streaming', message: finished },
  d: { status: 'done', message: finished },
  e: { status: 'done', message: nothing },
  x: { status: 'failed', message: hello, error: lost },
  y: { status: 'failed', message: nothing, error: lost },
};

function retrying(attempt: number, at: number, message = nothing): ChatView {
  return { status: 'retrying', message, retry: { attempt, delay: 3, at, reason: busy } };
}

function viewsOf(source: readonly AnswerChunk[], config?: AccumulateViewConfig): readonly ChatView[] {
  const seen: ChatView[] = [];
  from(source)
    .pipe(accumulateView(config))
    .subscribe((view) => seen.push(view));
  return seen;
}

it('shows a reply from before its first chunk to its end', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('--r-a-b-f|    ', chunks);
    const sourceSubs = ' ^--------!    ';
    const expected = '   w-r-a-b-f(d|) ';

    expectObservable(source.pipe(accumulateView())).toBe(expected, views);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('keeps what had come when the source fails', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('--a-b#     ', chunks, lost);
    const sourceSubs = ' ^----!     ';
    const expected = '   w-a-b(x|)  ';

    expectObservable(source.pipe(accumulateView())).toBe(expected, views);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('waits with a source that never emits, and leaves it when unsubscribed', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold<AnswerChunk>('------');
    const unsubscribe = '           ----! ';
    const sourceSubs = '            ^---! ';
    const expected = '              w-----';

    expectObservable(source.pipe(accumulateView()), unsubscribe).toBe(expected, views);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('is done with an empty source', () => {
  runMarbles(({ expectObservable }) => {
    expectObservable(EMPTY.pipe(accumulateView())).toBe('(we|)', views);
  });
});

it('shows each chunk of a synchronous source', () => {
  runMarbles(({ expectObservable }) => {
    const source = of(chunks.r, chunks.a, chunks.b, chunks.f);

    expectObservable(source.pipe(accumulateView())).toBe('(wrabfd|)', views);
  });
});

it('stops a synchronous source once nobody listens', () => {
  const asked: AnswerChunk[] = [];
  from([chunks.a, chunks.b])
    .pipe(
      tap((chunk) => asked.push(chunk)),
      accumulateView({ retry: {} }),
      take(2),
    )
    .subscribe();

  expect(asked).toEqual([chunks.a]);
});

it('does not subscribe to the source for the view that comes before it', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold<AnswerChunk>('-a|', chunks);

    expectObservable(source.pipe(accumulateView(), take(1))).toBe('(w|)', views);
    expectSubscriptions(source.subscriptions).toBe([]);
  });
});

it('begins anew with each subscription', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  --r-a-b-f|    ', chunks);
    const result = source.pipe(accumulateView({ retry: {} }));

    expectObservable(result).toBe('       w-r-a-b-f(d|)', views);
    expectObservable(result, '---^').toBe('---w-r-a-b-f(d|)', views);
    expectSubscriptions(source.subscriptions).toBe(['^--------!', '---^--------!']);
  });
});

it('gives no view for a chunk that shows nothing new', () => {
  expect(viewsOf([chunks.a, chatChunk({}), chatChunk({ content: '' })]).map(({ status }) => status)).toEqual([
    'waiting',
    'streaming',
    'done',
  ]);
});

it.each<[string, AnswerChunk]>([
  ['text', chunks.a],
  ['legacy text', legacyChunk('Hel')],
  ['reasoning', chatChunk({ reasoning: 'Hm' })],
  ['a refusal', chatChunk({ refusal: 'No' })],
  ['a tool call', chatChunk({ tool_calls: [{ index: 0, id: 'call-1', function: { name: 'add' } }] })],
  ['a function call', chatChunk({ function_call: { name: 'add' } })],
  ['sound', chatChunk({ audio: { id: 'audio-1' } })],
])('streams from the first chunk with %s', (_, chunk) => {
  expect(viewsOf([chunks.r, chunk]).map(({ status }) => status)).toEqual(['waiting', 'waiting', 'streaming', 'done']);
});

it('shows token counts once they came', () => {
  const usage = { inputTokens: 4, outputTokens: 5, totalTokens: 9, raw: chunks.u.usage };

  expect(viewsOf([chunks.a, chunks.f, chunks.u]).map((view) => view.usage)).toEqual([
    undefined,
    undefined,
    undefined,
    usage,
    usage,
  ]);
});

it('gives views that nobody can change', () => {
  const seen = viewsOf([chunks.a, chunks.f, chunks.u]);

  expect(seen.every((view) => Object.isFrozen(view) && Object.isFrozen(view.message))).toBe(true);
});

it('keeps the identity of what did not change', () => {
  const [, , streaming, done] = viewsOf([chunks.a, chunks.f]);

  expect(done?.message).toBe(streaming?.message);
});

it('reads the choice it is asked for', () => {
  const source = [chatChunk({ content: 'first' }), chatChunk({ content: 'second' }, { index: 1 })];

  expect(viewsOf(source, { choice: 1 }).at(-1)?.message.content).toBe('second');
});

it('fails with a message that exceeds a limit', () => {
  const call = (index: number): AnswerChunk =>
    chatChunk({ tool_calls: [{ index, id: `call-${index}`, function: { name: 'add' } }] });

  expect(viewsOf([call(0), call(1)], { toolCalls: 1 }).at(-1)).toMatchObject({
    status: 'failed',
    message: { toolCalls: [{ id: 'call-0' }] },
    error: expect.any(LimitError),
  });
});

it('does not bring down the views it is combined with', () => {
  runMarbles(({ cold, expectObservable }) => {
    const broken = cold<AnswerChunk>('-#', chunks, lost).pipe(accumulateView());
    const whole = cold('            --a|', chunks).pipe(accumulateView());
    const statuses = combineLatest([broken, whole]).pipe(map((both) => both.map(({ status }) => status).join()));

    expectObservable(statuses).toBe('abc(d|)', {
      a: 'waiting,waiting',
      b: 'failed,waiting',
      c: 'failed,streaming',
      d: 'failed,done',
    });
  });
});

describe('without retry', () => {
  it.each([[undefined], [false] as const])('a retryable error ends the reply (%p)', (retry) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<AnswerChunk>('--#    ', chunks, lost);
      const sourceSubs = '            ^-!    ';
      const expected = '              w-(y|) ';

      expectObservable(source.pipe(accumulateView({ retry }))).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });
});

describe('with retry', () => {
  it('shows the pause, and then waits again', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold<AnswerChunk>(' --#             ', chunks, busy);
      const firstSubs = '             ^-!             ';
      const second = cold<AnswerChunk>('     --a-b-f|   ', chunks);
      const secondSubs = '            -----^------!   ';
      const expected = '              w-p--w-a-b-f(d|)';

      expectObservable(attempts(first, second).pipe(accumulateView({ retry: {} }))).toBe(expected, {
        ...views,
        p: retrying(1, 5),
      });
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('shows each further pause, and the error when the retries are used up', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<AnswerChunk>('-#          ', chunks, busy);
      const sourceSubs = ['            ^!          ', '----^!', '--------^!'];
      const expected = '              wp--wq--w(z|)';

      expectObservable(source.pipe(accumulateView({ retry: {} }))).toBe(expected, {
        ...views,
        p: retrying(1, 4),
        q: retrying(2, 8),
        z: { status: 'failed', message: nothing, error: busy },
      });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('repeats no output: a reply that breaks later fails', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a-b#    ', chunks, lost);
      const sourceSubs = '   ^----!    ';
      const expected = '     w-a-b(x|) ';

      expectObservable(source.pipe(accumulateView({ retry: {} }))).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('leaves no timer behind when it is unsubscribed during a pause', () => {
    const scheduler = watchScheduler();
    const running = throwError(() => busy)
      .pipe(accumulateView({ retry: { scheduler } }))
      .subscribe();

    expect(scheduler.waiting).toBe(1);
    running.unsubscribe();
    expect(scheduler.waiting).toBe(0);
  });

  it.each<[string, (listen: (notice: RetryNotice) => void) => NonNullable<AccumulateViewConfig['retry']>]>([
    ['a function', (notify) => ({ notify })],
    ['an observer', (next) => ({ notify: { next } })],
  ])('tells %s, too', (_, retryWith) => {
    const heard: RetryNotice[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const source = attempts(cold<AnswerChunk>('-#', chunks, busy), cold('--a|', chunks));
      const retry = retryWith((notice) => heard.push(notice));

      expectObservable(source.pipe(accumulateView({ retry })), '-----!').toBe('wp--w', {
        ...views,
        p: retrying(1, 4),
      });
    });

    expect(heard).toEqual([{ attempt: 1, delay: 3, at: 4, reason: busy }]);
  });

  it('fails with what a listener throws', () => {
    const broken = new Error('broken');
    const seen: ChatView[] = [];
    throwError(() => busy)
      .pipe(
        accumulateView({
          retry: {
            notify: () => {
              throw broken;
            },
          },
        }),
      )
      .subscribe((view) => seen.push(view));

    expect(seen).toEqual([views['w'], { status: 'failed', message: nothing, error: broken }]);
  });

  it.each([
    [{ count: -1 }, 'count'],
    [{ maxDelay: NaN }, 'maxDelay'],
    [5, 'retry'],
    [true, 'retry'],
    [null, 'retry'],
  ])('refuses %p at the call', (retry, field) => {
    expect(() => accumulateView({ retry } as never)).toThrow(TypeError);
    expect(() => accumulateView({ retry } as never)).toThrow(field);
  });
});

it.each([
  [{ choice: -1 }, 'choice must be a whole number, 0 or more'],
  [{ choice: '0' }, 'choice must be a whole number, 0 or more'],
  [{ toolCalls: 0 }, 'toolCalls must be a whole number, 1 or more'],
  [0, 'The configuration of accumulateView must be an object'],
  [null, 'The configuration of accumulateView must be an object'],
])('refuses the configuration %j at the call', (config, message) => {
  expect(() => accumulateView(config as never)).toThrow(TypeError);
  expect(() => accumulateView(config as never)).toThrow(message);
});
