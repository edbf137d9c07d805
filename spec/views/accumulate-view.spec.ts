import { combineLatest, EMPTY, from, map, of, take, tap, throwError } from 'rxjs';
import {
  type AnswerChunk,
  type Message,
  accumulateView,
  type AccumulateViewConfig,
  type ChatCompletionChunk,
  type ChatView,
  ConnectionError,
  LimitError,
  RateLimitError,
  type RetryNotice,
} from '../../src/index.js';
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

describe('accumulateView', () => {
  it('emits a view before the first chunk, for each chunk and at the end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--r-a-b-f|    ', chunks);
      const sourceSubs = ' ^--------!    ';
      const expected = '   w-r-a-b-f(d|) ';

      expectObservable(source.pipe(accumulateView())).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('keeps the message so far when the source fails', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a-b#     ', chunks, lost);
      const sourceSubs = ' ^----!     ';
      const expected = '   w-a-b(x|)  ';

      expectObservable(source.pipe(accumulateView())).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('stays waiting while the source is silent, and unsubscribes from it when unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<AnswerChunk>('------');
      const unsubscribe = '           ----! ';
      const sourceSubs = '            ^---! ';
      const expected = '              w-----';

      expectObservable(source.pipe(accumulateView()), unsubscribe).toBe(expected, views);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('ends as waiting after a source that completes without a chunk', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(accumulateView())).toBe('(w|)', views);
      expectObservable(EMPTY.pipe(accumulateView({ retry: {} }))).toBe('(w|)', views);
      expectObservable(cold<AnswerChunk>('---|').pipe(accumulateView())).toBe('w--|', views);
    });
  });

  it('emits a view for each chunk of a synchronous source', () => {
    runMarbles(({ expectObservable }) => {
      const source = of(chunks.r, chunks.a, chunks.b, chunks.f);

      expectObservable(source.pipe(accumulateView())).toBe('(wrabfd|)', views);
    });
  });

  it('stops a synchronous source when unsubscribed', () => {
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

  it('does not subscribe to the source if only the first view is taken', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<AnswerChunk>('-a|', chunks);

      expectObservable(source.pipe(accumulateView(), take(1))).toBe('(w|)', views);
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it('starts over with each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --r-a-b-f|    ', chunks);
      const result = source.pipe(accumulateView({ retry: {} }));

      expectObservable(result).toBe('       w-r-a-b-f(d|)', views);
      expectObservable(result, '---^').toBe('---w-r-a-b-f(d|)', views);
      expectSubscriptions(source.subscriptions).toBe(['^--------!', '---^--------!']);
    });
  });

  it('emits no view for a chunk that adds nothing', () => {
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
    ['audio', chatChunk({ audio: { id: 'audio-1' } })],
  ])('is streaming from the first chunk with %s', (_, chunk) => {
    expect(viewsOf([chunks.r, chunk]).map(({ status }) => status)).toEqual(['waiting', 'waiting', 'streaming', 'done']);
  });

  it('shows token counts once they have arrived', () => {
    const usage = { inputTokens: 4, outputTokens: 5, totalTokens: 9, raw: chunks.u.usage };

    expect(viewsOf([chunks.a, chunks.f, chunks.u]).map((view) => view.usage)).toEqual([
      undefined,
      undefined,
      undefined,
      usage,
      usage,
    ]);
  });

  it('emits frozen views', () => {
    const seen = viewsOf([chunks.a, chunks.f, chunks.u]);

    expect(seen.every((view) => Object.isFrozen(view) && Object.isFrozen(view.message))).toBe(true);
  });

  it('keeps the identity of a message that did not change', () => {
    const [, , streaming, done] = viewsOf([chunks.a, chunks.f]);

    expect(done?.message).toBe(streaming?.message);
  });

  it('reads the choice of its configuration', () => {
    const source = [chatChunk({ content: 'first' }), chatChunk({ content: 'second' }, { index: 1 })];

    expect(viewsOf(source, { choice: 1 }).at(-1)?.message.content).toBe('second');
  });

  it('fails if a message exceeds a limit', () => {
    const call = (index: number): AnswerChunk =>
      chatChunk({ tool_calls: [{ index, id: `call-${index}`, function: { name: 'add' } }] });

    expect(viewsOf([call(0), call(1)], { toolCalls: 1 }).at(-1)).toMatchObject({
      status: 'failed',
      message: { toolCalls: [{ id: 'call-0' }] },
      error: expect.any(LimitError),
    });
  });

  it.each<[string, unknown, unknown]>([
    ['an error of another realm as it is', { name: 'HttpErrorResponse', message: 'Refused' }, { message: 'Refused' }],
    ['a text as the cause of an error', 'no model', { message: expect.stringContaining('thrown'), cause: 'no model' }],
    ['nothing as the cause of an error', undefined, { message: expect.stringContaining('thrown'), cause: undefined }],
  ])('fails with %s', (_, thrown, error) => {
    let last: ChatView | undefined;
    throwError(() => thrown)
      .pipe(accumulateView())
      .subscribe((view) => (last = view));

    expect(last).toMatchObject({ status: 'failed', error });
  });

  it('does not end other views it is combined with', () => {
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
    it.each([[undefined], [false] as const])('ends the reply with a retryable error (%p)', (retry) => {
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
    it('shows the pause, and is then waiting again', () => {
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

    it('shows every pause, and the error after the last retry', () => {
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

    it('does not retry a reply that fails after its first output', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  --a-b#    ', chunks, lost);
        const sourceSubs = '   ^----!    ';
        const expected = '     w-a-b(x|) ';

        expectObservable(source.pipe(accumulateView({ retry: {} }))).toBe(expected, views);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });
    });

    it('keeps the text of a failed attempt until the next one has text', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('  -ab#            ', chunks, lost);
        const second = cold('       -r-b-a|    ', chunks);
        const expected = '    wabp-----c-d(e|)';
        expectObservable(
          attempts(first, second).pipe(
            accumulateView({ retry: { restart: true, random: () => 0.006 } }),
            map(({ status, message, retry }) => `${status} ${message.content} ${retry?.attempt ?? ''}`),
          ),
        ).toBe(expected, {
          w: 'waiting  ',
          a: 'streaming Hel ',
          b: 'streaming Hello ',
          p: 'retrying Hello 1',
          c: 'streaming lo ',
          d: 'streaming loHel ',
          e: 'done loHel ',
        });
      });
    });

    it('keeps the text of a failed attempt if the next one completes without a chunk', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('  -ab#    ', chunks, lost);
        const second = cold<ChatCompletionChunk>('-|');
        const expected = '    wabp---(e|)';
        expectObservable(
          attempts(first, second).pipe(
            accumulateView({ retry: { restart: true, random: () => 0.006 } }),
            map(({ status, message }) => `${status} ${message.content}`),
          ),
        ).toBe(expected, {
          w: 'waiting ',
          a: 'streaming Hel',
          b: 'streaming Hello',
          p: 'retrying Hello',
          e: 'waiting Hello',
        });
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
    ])('also passes the notice to %s', (_, retryWith) => {
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

    it('fails with the error that a listener throws', () => {
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
    ])('throws for the configuration %p', (retry, field) => {
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
  ])('throws for the configuration %j', (config, message) => {
    expect(() => accumulateView(config as never)).toThrow(TypeError);
    expect(() => accumulateView(config as never)).toThrow(message);
  });
});
