import * as fc from 'fast-check';
import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  finalize,
  from,
  ignoreElements,
  map,
  mergeMap,
  NEVER,
  type Observable,
  type ObservableInput,
  of,
  type OperatorFunction,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import {
  type AnswerValue,
  ConnectionError,
  type ConversationCommand,
  type ConversationPolicy,
  type ConversationView,
  ProtocolError,
  RateLimitError,
  throttleRender,
  type Turn,
} from '../../src/index.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';
import { type Asked, type CommonConfig, everyApi, summaryOf, turn } from './fake-chat.js';

const request = { model: 'm-1' };
const lost = new ConnectionError('The connection was lost');
const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 3 });
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const unreadable = new ProtocolError('The answer is not JSON');

describe.each(everyApi)('converse over $api', ({ converse, fakeChat, clientOf, role, letters }) => {
  const { x, y, z } = letters;

  /** Runs synchronous commands and replies, and returns the views. */
  function replay(
    commands: readonly ConversationCommand[],
    replies: readonly Observable<AnswerValue>[],
    config: Partial<CommonConfig> = {},
  ): {
    readonly views: readonly ConversationView[];
    readonly last: string;
    readonly asked: readonly Asked['messages'][];
  } {
    const client = fakeChat(...replies);
    const views: ConversationView[] = [];
    from(commands)
      .pipe(converse(client, { request, ...config }))
      .subscribe((view) => views.push(view));
    return { views, last: summaryOf(views.at(-1)!), asked: client.requests.map(({ messages }) => messages) };
  }

  it('answers prompts, each of which stops the reply in flight', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const prompts = cold('-a----b---|');
      const promptSubs = '  ^---------!';
      const first = cold('   --x-----| ', letters);
      const firstSubs = '   -^----!    ';
      const second = cold('       --z|', letters);
      const secondSubs = '  ------^--! ';
      const expected = '    iw-x--v-zd|';

      expectObservable(prompts.pipe(converse(fakeChat(first, second), { request }), map(summaryOf))).toBe(expected, {
        i: '',
        w: 'a:waiting',
        x: 'a:streaming=x',
        v: 'a:stopped=x b:waiting',
        z: 'a:stopped=x b:streaming=z',
        d: 'a:stopped=x b:done=z',
      });
      expectSubscriptions(prompts.subscriptions).toBe(promptSubs);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('starts with the turns of its configuration, and stays open while the source is silent', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const prompts = cold('-----');
      const unsubscribe = '         ---! ';
      const promptSubs = '          ^--! ';
      const result = prompts.pipe(converse(fakeChat(), { request, turns: [turn('a', 'x')] }), map(summaryOf));

      expectObservable(result, unsubscribe).toBe('i----', { i: 'A:done=x' });
      expectSubscriptions(prompts.subscriptions).toBe(promptSubs);
    });
  });

  it('completes after an empty source', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(converse(fakeChat(), { request }), map(summaryOf))).toBe('(i|)', { i: '' });
    });
  });

  it('completes after the source and the reply in flight', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const prompts = cold(' -(a|)  ');
      const promptSubs = '   ^!      ';
      const first = cold('    --x--| ', letters);
      const firstSubs = '    -^----! ';
      const expected = '     iw-x--(d|)';

      expectObservable(prompts.pipe(converse(fakeChat(first), { request }), map(summaryOf))).toBe(expected, {
        i: '',
        w: 'a:waiting',
        x: 'a:streaming=x',
        d: 'a:done=x',
      });
      expectSubscriptions(prompts.subscriptions).toBe(promptSubs);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
    });
  });

  it('errors if its source does, and closes the request in flight', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const prompts = cold(' -a--#', undefined, lost);
      const first = cold('    --x--|', letters);
      const firstSubs = '    -^--!';
      const expected = '     iw-x#';

      expectObservable(prompts.pipe(converse(fakeChat(first), { request }), map(summaryOf))).toBe(
        expected,
        { i: '', w: 'a:waiting', x: 'a:streaming=x' },
        lost,
      );
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
    });
  });

  it('continues after a failed reply, and keeps its text', () => {
    runMarbles(({ cold, expectObservable }) => {
      const prompts = cold('-a----b---|');
      const first = cold('   --x#      ', letters, lost);
      const second = cold('       --z|', letters);
      const expected = '    iw-xf-v-zd|';

      expectObservable(prompts.pipe(converse(fakeChat(first, second), { request }), map(summaryOf))).toBe(expected, {
        i: '',
        w: 'a:waiting',
        x: 'a:streaming=x',
        f: 'a:failed=x',
        v: 'a:failed=x b:waiting',
        z: 'a:failed=x b:streaming=z',
        d: 'a:failed=x b:done=z',
      });
    });
  });

  describe('a reply without a chunk', () => {
    it('stays waiting, but is not in flight', () => {
      const { views } = replay(['a'], [EMPTY]);

      expect(views.map((view) => [summaryOf(view), view.status, view.active])).toEqual([
        ['', 'idle', []],
        ['a:waiting', 'busy', ['turn-1']],
        ['a:waiting', 'idle', []],
      ]);
    });

    it.each<[ConversationPolicy, string]>([
      ['switch', 'a:stopped b:done=x'],
      ['queue', 'a:waiting b:done=x'],
      ['exhaust', 'a:waiting b:done=x'],
      ['parallel', 'a:waiting b:done=x'],
    ])('does not hold up the next prompt if the policy is %s', (policy, last) => {
      expect(replay(['a', 'b'], [EMPTY, of(x)], { policy }).last).toBe(last);
    });

    it('leaves the answer that it was to replace', () => {
      expect(replay(['a', { type: 'regenerate' }], [of(x), EMPTY]).last).toBe('a:waiting=x');
    });
  });

  it('closes all requests when it is unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const prompts = cold('-ab------');
      const unsubscribe = ' -----!   ';
      const promptSubs = ' ^----!   ';
      const first = cold('  ---------');
      const firstSubs = '  -^---!   ';
      const second = cold('  --------');
      const secondSubs = ' --^--!   ';
      const client = fakeChat(first as never, second as never);
      const statuses = prompts.pipe(
        converse(client, { request, policy: 'parallel' }),
        map(({ active }) => active.length),
      );

      expectObservable(statuses, unsubscribe).toBe('ab(c)', { a: 0, b: 1, c: 2 });
      expectSubscriptions(prompts.subscriptions).toBe(promptSubs);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('keeps separate state for each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const client = clientOf(() => cold('-x|', letters));
      const result = cold('-a-|').pipe(
        converse(client, { request }),
        map(({ turns }) => turns.map(({ id, reply }) => `${id}:${reply.status}`).join()),
      );
      const values = { i: '', w: 'turn-1:waiting', x: 'turn-1:streaming', d: 'turn-1:done' };

      expectObservable(result).toBe('       iwx(d|)', values);
      expectObservable(result, '--^').toBe('--iwx(d|)', values);
    });
  });

  describe('synchronous prompts', () => {
    it('subscribe to the source once, and are answered in order', () => {
      let subscribed = 0;
      const prompts = defer(() => {
        subscribed += 1;
        return of('a', 'b');
      });
      const views: string[] = [];
      prompts
        .pipe(converse(fakeChat(of(x), of(y)), { request }), map(summaryOf))
        .subscribe((summary) => views.push(summary));

      expect(subscribed).toBe(1);
      expect(views).toEqual([
        '',
        'a:waiting',
        'a:streaming=x',
        'a:done=x',
        'a:done=x b:waiting',
        'a:done=x b:streaming=y',
        'a:done=x b:done=y',
      ]);
    });

    it('stop when unsubscribed', () => {
      const prompts: string[] = [];
      const client = fakeChat(of(x));
      of('a', 'b')
        .pipe(
          tap((prompt) => prompts.push(prompt)),
          converse(client, { request }),
          take(2),
        )
        .subscribe();

      expect(prompts).toEqual(['a']);
      expect(client.requests).toEqual([]);
    });

    it('stop a synchronous reply when unsubscribed', () => {
      const chunks: AnswerValue[] = [];
      const reply = of(x, y).pipe(tap((chunk) => chunks.push(chunk)));
      of('a')
        .pipe(converse(fakeChat(reply), { request }), take(3))
        .subscribe();

      expect(chunks).toEqual([x]);
    });

    it('can queue by the hundreds without overflowing the stack', () => {
      const first = new Subject<AnswerValue>();
      const replies = [first, ...Array.from({ length: 499 }, () => of(x))];
      let last: ConversationView | undefined;
      from(replies.map((_, index) => `${index}`))
        .pipe(converse(fakeChat(...replies), { request, policy: 'queue', history: () => [] }))
        .subscribe((view) => (last = view));
      first.next(x);
      first.complete();

      expect(last?.turns.filter(({ reply }) => reply.status === 'done')).toHaveLength(500);
    });
  });

  describe('the policy', () => {
    it.each<[ConversationPolicy, readonly (string | readonly string[])[]]>([
      ['switch', ['-^-!', '---^----!', '-----------^----!']],
      ['queue', ['-^----!', '------^----!', '-----------^----!']],
      ['exhaust', ['-^----!', '-----------^----!', []]],
      ['parallel', ['-^----!', '---^----!', '-----------^----!']],
    ])('%s opens and closes requests', (policy, expected) => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const prompts = cold('-a-b-------(c|)  ');
        const end = '         ----------------|';
        const replies = Array.from({ length: 3 }, () => cold('----x|', letters));

        expectObservable(prompts.pipe(converse(fakeChat(...replies), { request, policy }), ignoreElements())).toBe(end);
        replies.forEach((reply, index) => {
          expectSubscriptions(reply.subscriptions).toBe([expected[index]!].flat());
        });
      });
    });

    type Flatten = (project: (prompt: string) => ObservableInput<unknown>) => OperatorFunction<string, unknown>;

    it.each<[ConversationPolicy, Flatten]>([
      ['switch', (project) => switchMap(project)],
      ['queue', (project) => concatMap(project)],
      ['exhaust', (project) => exhaustMap(project)],
      ['parallel', (project) => mergeMap(project)],
    ])('%s starts and ends replies exactly when its rxjs operator does', (policy, flatten) => {
      /** Logs when replies start and end, each of which takes as long as its prompt says. */
      const logOf = (
        delays: readonly (readonly [number, number])[],
        operate: (ask: (prompt: string) => Observable<AnswerValue>) => OperatorFunction<string, unknown>,
      ): readonly string[] => {
        const log: string[] = [];
        runMarbles(() => {
          const ask = (prompt: string): Observable<AnswerValue> =>
            defer(() => {
              log.push(`${asyncScheduler.now()} start ${prompt}`);
              return timer(Number(prompt.split(' ')[1])).pipe(
                map(() => x),
                finalize(() => log.push(`${asyncScheduler.now()} end ${prompt}`)),
              );
            });
          from(delays)
            .pipe(
              concatMap(([pause, length], index) => timer(pause).pipe(map(() => `${index} ${length}`))),
              operate(ask),
            )
            .subscribe();
        });
        return log;
      };

      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(10)), { maxLength: 8 }), (delays) => {
          const log = logOf(delays, (ask) =>
            converse(
              clientOf(({ messages }) => ask(String(messages.at(-1)?.content))),
              { request, policy, retry: false },
            ),
          );

          expect(log).toEqual(logOf(delays, flatten));
        }),
      );
    });

    it('queue shows the waiting prompts', () => {
      runMarbles(({ cold, expectObservable }) => {
        const prompts = cold('-ab|        ');
        const first = cold('   --x|       ', letters);
        const second = cold('     --z|    ', letters);
        const expected = '    iwqxv-z(d|) ';

        expectObservable(
          prompts.pipe(
            converse(fakeChat(first, second), { request, policy: 'queue' }),
            map((view) => `${summaryOf(view)} / ${view.active.join()}`),
          ),
        ).toBe(expected, {
          i: ' / ',
          w: 'a:waiting / turn-1',
          q: 'a:waiting b:queued / turn-1',
          x: 'a:streaming=x b:queued / turn-1',
          v: 'a:done=x b:waiting / turn-2',
          z: 'a:done=x b:streaming=z / turn-2',
          d: 'a:done=x b:done=z / ',
        });
      });
    });
  });

  describe('stop', () => {
    it('ends the replies in flight, and keeps queued prompts as stopped', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const commands = cold<ConversationCommand>('-ab---s-c-|', { a: 'a', b: 'b', c: 'c', s: { type: 'stop' } });
        const first = cold('                         ---x--x-|  ', letters);
        const firstSubs = '                         -^----!    ';
        const second = cold('                               -z|', letters);
        const secondSubs = '                        --------^-!';
        const expected = '                          iwq-x-s-vzd|'.replace('d|', '(d|)');

        expectObservable(
          commands.pipe(converse(fakeChat(first, second), { request, policy: 'queue' }), map(summaryOf)),
        ).toBe(expected, {
          i: '',
          w: 'a:waiting',
          q: 'a:waiting b:queued',
          x: 'a:streaming=x b:queued',
          s: 'a:stopped=x b:stopped',
          v: 'a:stopped=x b:stopped c:waiting',
          z: 'a:stopped=x b:stopped c:streaming=z',
          d: 'a:stopped=x b:stopped c:done=z',
        });
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
    });

    it('ends only the reply of an id, and starts the next one in the queue', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const commands = cold<ConversationCommand>('-abcts|', {
          a: { type: 'send', content: 'a', id: 'one' },
          b: { type: 'send', content: 'b', id: 'two' },
          c: { type: 'send', content: 'c', id: 'three' },
          s: { type: 'stop', id: 'one' },
          t: { type: 'stop', id: 'two' },
        });
        const first = cold<AnswerValue>('    --------');
        const firstSubs = '                         -^---!    ';
        const second = cold('                             -z|  ', letters);
        const secondSubs = '                        -----^-!  ';
        const expected = '                          iwqrtsz(d|)';

        expectObservable(
          commands.pipe(converse(fakeChat(first, second), { request, policy: 'queue' }), map(summaryOf)),
        ).toBe(expected, {
          i: '',
          w: 'a:waiting',
          q: 'a:waiting b:queued',
          r: 'a:waiting b:queued c:queued',
          t: 'a:waiting b:stopped c:queued',
          s: 'a:stopped b:stopped c:waiting',
          z: 'a:stopped b:stopped c:streaming=z',
          d: 'a:stopped b:stopped c:done=z',
        });
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
    });

    it.each<[string, readonly ConversationCommand[]]>([
      ['an unknown id', [{ type: 'stop', id: 'unknown' }]],
      ['a finished reply', [{ type: 'stop', id: 'a' }, { type: 'stop' }]],
    ])('of %s emits no view', (_, commands) => {
      expect(replay(commands, [], { turns: [turn('a', 'x')] }).views).toHaveLength(1);
    });

    it('ends the pause before a retry', () => {
      const scheduler = watchScheduler();
      const { last } = replay(['a', { type: 'stop' }], [throwError(() => busy)], { scheduler });

      expect(last).toBe('a:stopped');
      expect(scheduler.scheduled).toBe(1);
      expect(scheduler.waiting).toBe(0);
    });
  });

  describe('regenerate', () => {
    it('replaces the last reply, and stops it if it is in flight', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const commands = cold<ConversationCommand>('-a--r-|', { a: 'a', r: { type: 'regenerate' } });
        const first = cold('                         --x-y|', letters);
        const firstSubs = '                         -^--!  ';
        const second = cold('                            --z|', letters);
        const secondSubs = '                        ----^--!';
        const expected = '                          iw-xv-z(d|)';

        expectObservable(commands.pipe(converse(fakeChat(first, second), { request }), map(summaryOf))).toBe(expected, {
          i: '',
          w: 'a:waiting',
          x: 'a:streaming=x',
          v: 'a:waiting',
          z: 'a:streaming=z',
          d: 'a:done=z',
        });
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
    });

    it('of an id sends only the turns before it, and keeps those after it', () => {
      const turns = [turn('a', 'x'), turn('b', 'y'), turn('c', 'z')];
      const { last, asked } = replay([{ type: 'regenerate', id: 'b' }], [of(x, x)], { turns });

      expect(asked).toEqual([[user('A'), assistant('x'), user('B')]]);
      expect(last).toBe('A:done=x B:done=xx C:done=z');
    });

    it.each<ConversationPolicy>(['switch', 'queue', 'exhaust', 'parallel'])(
      'runs in parallel with a reply in flight if the policy is %s',
      (policy) => {
        const { views, last } = replay(['b', { type: 'regenerate', id: 'a' }, 'c'], [NEVER, of(x), of(y)], {
          policy,
          turns: [turn('a', 'z')],
        });

        expect(summaryOf(views[2]!)).toBe('A:waiting b:waiting');
        expect(views[2]?.active).toEqual(['turn-1', 'a']);
        expect(last).toMatch(/^A:done=x b:/u);
      },
    );

    it('keeps prompts queued until both replies have ended', () => {
      const first = new Subject<AnswerValue>();
      const again = new Subject<AnswerValue>();
      const client = fakeChat(first, again, of(z));
      let last = '';
      of<readonly ConversationCommand[]>('b', 'c', { type: 'regenerate', id: 'a' })
        .pipe(converse(client, { request, policy: 'queue', turns: [turn('a', 'x')] }), map(summaryOf))
        .subscribe((summary) => (last = summary));

      first.next(role);
      first.complete();
      expect(last).toBe('A:waiting b:done c:queued');
      again.next(role);
      again.complete();
      expect(last).toBe('A:done b:done c:done=z');
    });

    describe('keeps the answer it was to replace', () => {
      const regenerate: ConversationCommand = { type: 'regenerate', id: 'a' };

      it.each<[string, readonly ConversationCommand[], readonly Observable<AnswerValue>[], string]>([
        ['if it fails before its text', [regenerate], [throwError(() => unreadable)], 'A:failed=x'],
        ['if it is stopped before its text', [regenerate, { type: 'stop' }], [NEVER], 'A:stopped=x'],
        ['if the next prompt stops it', [regenerate, 'b'], [NEVER, of(y)], 'A:stopped=x b:done=y'],
        ['if it is stopped twice', [regenerate, regenerate, { type: 'stop' }], [NEVER, NEVER], 'A:stopped=x'],
        [
          'if it fails after a role',
          [regenerate],
          [
            concat(
              of(role),
              throwError(() => unreadable),
            ),
          ],
          'A:failed=x',
        ],
        [
          'but not after its text',
          [regenerate],
          [
            concat(
              of(y),
              throwError(() => unreadable),
            ),
          ],
          'A:failed=y',
        ],
        ['but not if it is complete', [regenerate], [of(role)], 'A:done'],
      ])('%s', (_, commands, replies, expected) => {
        expect(replay(commands, replies, { turns: [turn('a', 'x')] }).last).toBe(expected);
      });

      it('but its own, as far as it came, if there was none', () => {
        const { views } = replay(
          ['a'],
          [
            concat(
              of(role),
              throwError(() => unreadable),
            ),
          ],
        );

        expect(views.at(-1)?.last).toMatchObject({ status: 'failed', message: { id: 'chat-1', content: '' } });
      });

      it('beside the error, and in the history', () => {
        const replies = [throwError(() => unreadable), of(y)];
        const { views, asked } = replay([regenerate, 'b'], replies, { turns: [turn('a', 'x')] });

        expect(views.find(({ last }) => last?.status === 'failed')?.last?.error).toBe(unreadable);
        expect(asked.at(-1)).toEqual([user('A'), assistant('x'), user('b')]);
      });
    });

    it.each<[string, readonly ConversationCommand[], string]>([
      ['no reply in an empty conversation', [{ type: 'regenerate' }], ''],
      ['no reply for an unknown id', ['a', { type: 'regenerate', id: 'unknown' }], 'a:waiting'],
      ['a new reply to the last prompt that is not queued', ['a', 'b', { type: 'regenerate' }], 'a:done=x b:waiting'],
      ['no reply for a queued id', ['a', 'b', { type: 'regenerate', id: 'turn-2' }], 'a:waiting b:queued'],
    ])('requests %s', (_, commands, expected) => {
      expect(replay(commands, [NEVER, of(x), NEVER], { policy: 'queue' }).last).toBe(expected);
    });
  });

  describe('reset', () => {
    it('ends everything and continues from its turns', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const commands = cold<ConversationCommand>('-ab--r-c|', {
          a: 'a',
          b: 'b',
          c: 'c',
          r: { type: 'reset', turns: [turn('k', 'k')] },
        });
        const first = cold('                         --x----|  ', letters);
        const firstSubs = '                         -^---!    ';
        const second = cold('                              -z|', letters);
        const secondSubs = '                        -------^-!';
        const expected = '                          iwqx-r-vz(d|)';

        expectObservable(
          commands.pipe(converse(fakeChat(first, second), { request, policy: 'queue' }), map(summaryOf)),
        ).toBe(expected, {
          i: '',
          w: 'a:waiting',
          q: 'a:waiting b:queued',
          x: 'a:streaming=x b:queued',
          r: 'K:done=k',
          v: 'K:done=k c:waiting',
          z: 'K:done=k c:streaming=z',
          d: 'K:done=k c:done=z',
        });
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
    });

    it('continues without turns by default, and does not reuse ids', () => {
      const { views } = replay(['a', { type: 'reset' }, 'b'], [of(x), NEVER]);

      expect(views.map(({ turns }) => turns.map(({ id }) => id).join())).toEqual([
        '',
        'turn-1',
        'turn-1',
        'turn-1',
        '',
        'turn-2',
      ]);
    });
  });

  describe('a view', () => {
    it('has the active ids, the status and the last reply', () => {
      const { views } = replay(['a'], [of(x)]);

      expect(views.map(({ active, status }) => [active, status])).toEqual([
        [[], 'idle'],
        [['turn-1'], 'busy'],
        [['turn-1'], 'busy'],
        [[], 'idle'],
      ]);
      expect(views[0]).not.toHaveProperty('last');
      expect(views.slice(1).map(({ last }) => last)).toEqual(views.slice(1).map(({ turns }) => turns[0]?.reply));
    });

    it('is frozen', () => {
      const { views } = replay(['a', { type: 'stop' }, 'b'], [of(x), of(y)]);

      views.forEach((view) => {
        expect([view, view.turns, view.active, ...view.turns].every(Object.isFrozen)).toBe(true);
      });
    });

    it('keeps the identity of finished turns', () => {
      const saved = turn('a', 'x');
      const { views } = replay(['b', 'c'], [of(y), of(x, y)], { turns: [saved] });
      const finished = views.find(({ turns }) => turns[1]?.reply.status === 'done')?.turns[1];

      expect(views.every(({ turns }) => turns[0] === saved)).toBe(true);
      expect(finished).toBeDefined();
      expect(views.filter(({ turns }) => turns.length === 3).every(({ turns }) => turns[1] === finished)).toBe(true);
    });

    it('shows the retry of a reply, and its reason', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold<AnswerValue>('--#', undefined, busy);
        const second = cold('                         -x|', letters);
        const expected = '                       iw-r--wx(d|)';
        const seen = cold('-(a|)').pipe(
          converse(fakeChat(first, second), { request }),
          map((view) => ({ summary: summaryOf(view), retry: view.last?.retry })),
        );

        expectObservable(seen).toBe(expected, {
          i: { summary: '' },
          w: { summary: 'a:waiting' },
          r: { summary: 'a:retrying', retry: { attempt: 1, delay: 3, at: 6, reason: busy } },
          x: { summary: 'a:streaming=x' },
          d: { summary: 'a:done=x' },
        });
      });
    });

    it('shows the first error if retry is false', () => {
      expect(replay(['a'], [throwError(() => busy)], { retry: false }).views.at(-1)?.last).toMatchObject({
        status: 'failed',
        error: busy,
      });
    });

    it('passes throttleRender at the end of a reply, though the conversation stays open', () => {
      runMarbles(({ cold, expectObservable }) => {
        const prompts = cold('-a---------------');
        const reply = cold('   xyz|            ', letters);
        const expected = '    i---a-----------'.replace('i---a', 'i----d');

        expectObservable(
          prompts.pipe(converse(fakeChat(reply), { request }), throttleRender(5), map(summaryOf)),
          '----------------!',
        ).toBe(expected, { i: '', d: 'a:done=xyz' });
      });
    });

    it('is delivered before a command that its consumer sends takes effect', () => {
      const commands = new Subject<ConversationCommand>();
      const client = fakeChat(of(x));
      const seen: string[] = [];
      commands.pipe(converse(client, { request }), map(summaryOf)).subscribe((summary) => {
        seen.push(summary);
        if (summary === 'a:waiting') {
          commands.next({ type: 'stop' });
          seen.push('sent');
        }
      });
      commands.next('a');

      expect(seen).toEqual(['', 'a:waiting', 'sent', 'a:stopped']);
      expect(client.requests).toEqual([]);
    });

    it('can be the first one when its consumer sends a command', () => {
      const commands = new Subject<ConversationCommand>();
      const seen: string[] = [];
      let subscribed = 0;
      commands
        .pipe(tap({ subscribe: () => (subscribed += 1) }), converse(fakeChat(of(x)), { request }), map(summaryOf))
        .subscribe((summary) => {
          if (seen.push(summary) === 1) {
            commands.next('a');
            seen.push('sent');
          }
        });

      expect(seen).toEqual(['', 'sent', 'a:waiting', 'a:streaming=x', 'a:done=x']);
      expect(subscribed).toBe(1);
    });

    it('is emitted before the error of a source that fails synchronously', () => {
      runMarbles(({ expectObservable }) => {
        const failing = throwError(() => lost);

        expectObservable(failing.pipe(converse(fakeChat(), { request }), map(summaryOf))).toBe('(i#)', { i: '' }, lost);
      });
    });

    it('that is idle lets its consumer send the next prompt, even if the policy is exhaust', () => {
      const prompts = new Subject<string>();
      let last = '';
      prompts.pipe(converse(fakeChat(of(x), of(y)), { request, policy: 'exhaust' })).subscribe((view) => {
        last = summaryOf(view);
        if (view.status === 'idle' && view.turns.length === 1) {
          prompts.next('b');
        }
      });
      prompts.next('a');

      expect(last).toBe('a:done=x b:done=y');
    });
  });

  describe('a request', () => {
    it('contains the instructions, the history and the prompt', () => {
      const client = fakeChat(of(x), of(y));
      const system = 'Be brief';
      of('a', 'b').pipe(converse(client, { request, system })).subscribe();

      expect(client.requests).toEqual([
        { model: 'm-1', system, messages: [user('a')] },
        { model: 'm-1', system, messages: [user('a'), assistant('x'), user('b')] },
      ]);
    });

    it('contains the other fields of the configuration, which is not modified', () => {
      const client = fakeChat(of(x));
      const fields = Object.freeze({ model: 'm-1', temperature: 0 });
      of('a')
        .pipe(converse(client, { request: fields }))
        .subscribe();

      expect(client.requests).toEqual([{ model: 'm-1', temperature: 0, messages: [user('a')] }]);
    });

    it('can be created from the turns, the one to answer last', () => {
      const client = fakeChat(of(x), of(y));
      of('a', 'b')
        .pipe(converse(client, { request: (turns) => ({ model: turns.map(({ id }) => id).join('+') }) }))
        .subscribe();

      expect(client.requests.map(({ model }) => model)).toEqual(['turn-1', 'turn-1+turn-2']);
    });

    it('contains the history that a function returns', () => {
      const { asked } = replay(['a', 'b', 'c'], [of(x), of(y), of(x)], {
        history: (turns) => turns.slice(-1).map(({ reply }) => assistant(reply.message.content)),
      });

      expect(asked).toEqual([[user('a')], [assistant('x'), user('b')], [assistant('y'), user('c')]]);
    });

    it('of a parallel reply contains the turns that were finished when its prompt was sent', () => {
      const second = new Subject<AnswerValue>();
      const { asked } = replay(['a', 'b', 'c'], [of(x), second, of(y)], { policy: 'parallel' });

      expect(asked).toEqual([
        [user('a')],
        [user('a'), assistant('x'), user('b')],
        [user('a'), assistant('x'), user('c')],
      ]);
    });

    it('is the same in every attempt', () => {
      let made = 0;
      const client = fakeChat(
        throwError(() => lost),
        of(x),
      );
      runMarbles(() => {
        of('a')
          .pipe(converse(client, { request: () => ({ model: `m-${(made += 1)}` }) }))
          .subscribe();
      });

      expect(client.requests.map(({ model }) => model)).toEqual(['m-1', 'm-1']);
    });

    it('can contain parts, such as images', () => {
      const text = 'What is this?';
      const { asked } = replay([{ type: 'send', content: [{ type: 'text', text }] }], [of(x)]);

      expect(asked).toEqual([[{ role: 'user', content: [{ type: expect.stringMatching(/text$/u), text }] }]]);
    });
  });

  describe('an id', () => {
    it('is that of the prompt, or one that createId returns', () => {
      const { views } = replay([{ type: 'send', content: 'a', id: 'mine' }, 'b'], [of(x), of(y)], {
        createId: () => 'made',
      });

      expect(views.at(-1)?.turns.map(({ id }) => id)).toEqual(['mine', 'made']);
    });

    it('is never that of an existing turn', () => {
      const { views } = replay(['a'], [of(x)], { turns: [turn('turn-1', 'x')] });

      expect(views.at(-1)?.turns.map(({ id }) => id)).toEqual(['turn-1', 'turn-2']);
    });
  });

  it('has no effect for an ignored prompt, whatever its id', () => {
    let made = 0;
    const createId = (): string => `made-${(made += 1)}`;
    const ignored: readonly ConversationCommand[] = ['b', { type: 'send', content: 'c', id: 'made-1' }];
    const { views, last } = replay(['a', ...ignored], [NEVER], { policy: 'exhaust', createId });

    expect(views).toHaveLength(2);
    expect(last).toBe('a:waiting');
    expect(made).toBe(1);
  });

  describe('a reply fails without ending the conversation', () => {
    const broken = new Error('broken');
    const fail = (): never => {
      throw broken;
    };

    it.each<[string, Partial<CommonConfig>]>([
      ['request', { request: fail }],
      ['history', { history: fail }],
      ['createId', { createId: fail }],
    ])('when %s throws', (_, config) => {
      const { views, last } = replay(['a', { type: 'reset', turns: [turn('k', 'k')] }], [], config);

      expect(views.find(({ last: reply }) => reply?.status === 'failed')?.turns).toMatchObject([
        { id: 'turn-1', prompt: 'a', reply: { status: 'failed', error: broken } },
      ]);
      expect(last).toBe('K:done=k');
    });

    it('when the client refuses the request', () => {
      const client = clientOf(() => {
        throw new TypeError('The client needs a model');
      });
      const replies: unknown[] = [];
      of('a')
        .pipe(converse(client, { request: () => ({ model: '' }) }))
        .subscribe(({ last }) => replies.push(last?.error));

      expect(replies.at(-1)).toEqual(new TypeError('The client needs a model'));
    });

    it.each<[string, readonly ConversationCommand[], Partial<CommonConfig>]>([
      ['its id is taken', [{ type: 'send', content: 'b', id: 'a' }], {}],
      ['createId returns an id that is taken', ['b'], { createId: () => 'a' }],
      ['createId does not return a string', ['b'], { createId: () => 5 as never }],
    ])('when %s', (_, commands, config) => {
      const { views, asked } = replay(commands, [], { turns: [turn('a', 'x')], ...config });

      expect(views.at(-1)?.turns).toMatchObject([
        { id: 'a', prompt: 'A' },
        { id: 'turn-1', prompt: 'b', reply: { status: 'failed', error: expect.any(TypeError) } },
      ]);
      expect(asked).toEqual([]);
    });
  });

  it('shows saved replies that were in flight as stopped', () => {
    const turns = (['queued', 'waiting', 'retrying', 'streaming', 'stopped', 'failed'] as const).map((status) =>
      turn(status, 'x', status),
    );

    expect(replay([], [], { turns }).views[0]?.turns.map(({ reply }) => reply.status)).toEqual([
      'stopped',
      'stopped',
      'stopped',
      'stopped',
      'stopped',
      'failed',
    ]);
  });

  it('continues from turns that were saved as JSON', () => {
    const { views } = replay(['a'], [of(x)]);
    const turns = JSON.parse(JSON.stringify(views.at(-1)?.turns)) as readonly Turn[];

    expect(replay(['b'], [of(y)], { turns }).last).toBe('a:done=x b:done=y');
  });

  it.each<[unknown, string]>([
    [{ type: 'pause' }, "A command's type must be 'send', 'stop', 'regenerate' or 'reset', not 'pause'"],
    [{ type: 'send' }, "A prompt's content must be a string"],
    [{ type: 'send', content: 'a', id: '' }, "A command's id must be a string"],
    [{ type: 'stop', id: 5 }, "A command's id must be a string"],
    [{ type: 'reset', turns: [{}] }, "A reset's turns[0].id must be a string"],
    [null, 'A command must be a prompt'],
    [5, 'A command must be a prompt'],
  ])('errors for the command %j, and closes the request in flight', (command, message) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const commands = cold('-a-b', { a: 'a', b: command as ConversationCommand });
      const reply = cold<AnswerValue>('----');
      const replySubs = '    -^-!';
      const result = commands.pipe(
        converse(fakeChat(reply), { request }),
        map(summaryOf),
        catchError((error: unknown) => of(error instanceof TypeError && error.message.startsWith(message))),
      );

      expectObservable(result).toBe('iw-(e|)', { i: '', w: 'a:waiting', e: true });
      expectSubscriptions(reply.subscriptions).toBe(replySubs);
    });
  });
});
