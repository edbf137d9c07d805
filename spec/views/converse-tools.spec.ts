import { AsyncLocalStorage } from 'node:async_hooks';
import {
  distinctUntilChanged,
  EMPTY,
  from,
  isObservable,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  throwError,
} from 'rxjs';
import {
  accumulateRun,
  type ChatView,
  ConnectionError,
  type ConversationCommand,
  type ConversationView,
  converse,
  type ConverseConfig,
  historyOf,
  RateLimitError,
  type RunnableTool,
  tool,
  type Turn,
} from '../../src/index.js';
import {
  fakeClient,
  type FakeClient,
  finishChunk,
  reasoningChunk,
  responseEvents,
  toolCallChunk,
  usageChunk,
} from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { everyApi, type Item, type RunOver, type ScriptedAnswer } from '../tools/run-over.js';

const lost = new ConnectionError('The connection was lost');
const broken = new ConnectionError('The certificate is invalid', { retryable: false });
const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 3 });
const parameters = { type: 'object', properties: {} };

function toolOf(name: string, run: (...args: never[]) => unknown): RunnableTool {
  return tool({ name, parameters, run });
}

const weather = toolOf('weather', () => 'sunny');
const time = toolOf('time', () => ({ hour: 12 }));

/** Holds a conversation, and returns its views. */
function replay(
  { api }: RunOver,
  client: FakeClient,
  commands: readonly ConversationCommand[],
  config: Partial<ConverseConfig> = {},
): readonly ConversationView[] {
  const views: ConversationView[] = [];
  from(commands)
    .pipe(converse(client, configOf(api, config)))
    .subscribe((view) => views.push(view));
  return views;
}

function configOf(api: RunOver['api'], config: Partial<ConverseConfig> = {}): ConverseConfig {
  return { api, request: { model: 'm' }, tools: [weather, time], ...config } as ConverseConfig;
}

function repliesOf(views: readonly ConversationView[]): readonly ChatView[] {
  return views.flatMap(({ last }, place) => (last === undefined || last === views[place - 1]?.last ? [] : [last]));
}

/** The history of a request as short lines: `user a`, `call weather`, `result weather`, `assistant Fine`. */
function linesOf(items: readonly Item[]): readonly string[] {
  return items.flatMap((item): readonly string[] => {
    const { role, content, type, name, call_id: id, tool_call_id: callId, tool_calls: calls } = item;
    if (role === 'tool' || type === 'function_call_output') {
      return [`result ${String(callId ?? id)}`];
    }
    if (type === 'function_call') {
      return [`call ${String(name)}`];
    }
    const text = Array.isArray(content)
      ? (content as readonly { text: string }[])[0]?.text
      : (content as string | null);
    return [
      ...(text === null ? [] : [`${String(role)} ${String(text)}`]),
      ...((calls ?? []) as readonly { function: { name: string } }[]).map((call) => `call ${call.function.name}`),
    ];
  });
}

describe.each(everyApi)('converse with tools over $api', (over) => {
  const { api, clientOf, itemsOf, answerTo, answer } = over;
  const lastRequest = (client: FakeClient): readonly Item[] => itemsOf(client.requests.at(-1)!.request);
  const clientFor = (...replies: readonly (ScriptedAnswer | Observable<never>)[]): FakeClient =>
    fakeClient(replies.map((reply) => (isObservable(reply) ? reply : answer(reply))));

  it('answers a prompt by a run', () => {
    const client = clientOf(['weather', 'time'], 'Fine');
    const reply = replay(over, client, ['a']).at(-1)?.last;

    expect(client.requests).toHaveLength(2);
    expect(reply).toMatchObject({
      status: 'done',
      message: { content: 'Fine' },
      run: {
        status: 'done',
        turns: [
          {
            calls: [
              { call: { name: 'weather' }, status: 'done', result: 'sunny', content: 'sunny' },
              { call: { name: 'time' }, status: 'done', result: { hour: 12 }, content: '{"hour":12}' },
            ],
          },
          { message: { content: 'Fine' }, calls: [] },
        ],
      },
    });
    expect(reply?.message).toBe(reply?.run?.turns[1]?.message);
  });

  it('closes the tools when the reply is stopped, and begins no other turn', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const commands = cold('a---------s--|', { a: 'a', s: { type: 'stop' } as const });
      const slow = cold('    -------x----y|');
      const slowSubs = '     ^---------!   ';
      const expected = '     (iws)--p--x--|';
      const client = clientOf(['weather'], 'Fine');
      const seen = commands.pipe(
        converse(client, configOf(api, { tools: [toolOf('weather', () => slow)] })),
        map(({ last }) => `${last?.status} ${String(last?.run?.turns[0]?.calls[0]?.progress)}`),
        distinctUntilChanged(),
      );

      expectObservable(seen).toBe(expected, {
        i: 'undefined undefined',
        w: 'waiting undefined',
        s: 'streaming undefined',
        p: 'streaming x',
        x: 'stopped x',
      });
      expectSubscriptions(slow.subscriptions).toBe(slowSubs);
    });
  });

  it('shows the same run as accumulateRun', () => {
    const runs = repliesOf(replay(over, clientOf(['weather'], 'Fine'), ['a'])).flatMap(({ run }) => run ?? []);
    const alone: unknown[] = [];
    over
      .runTools(clientOf(['weather'], 'Fine'), { request: {}, tools: [weather, time] })
      .pipe(accumulateRun())
      .subscribe((run) => alone.push(run));

    expect(JSON.parse(JSON.stringify(runs))).toEqual(JSON.parse(JSON.stringify(alone.slice(1))));
  });

  it('is streaming while tools run and between two turns', () => {
    const statuses = repliesOf(replay(over, clientOf(['weather'], 'Fine'), ['a'])).map(
      ({ status, run }) => `${status} ${run?.status}`,
    );

    expect([...new Set(statuses)]).toEqual([
      'waiting undefined',
      ...(api === 'chat' ? [] : ['waiting waiting']),
      'streaming streaming',
      'streaming calling',
      'streaming waiting',
      'done done',
    ]);
  });

  it('sends the whole exchange with the next prompt', () => {
    const client = clientOf(['weather', 'time'], 'Fine', 'Bye');
    replay(over, client, ['a', 'b'], { policy: 'queue' });
    const [, second, third] = client.requests.map(({ request }) => itemsOf(request));

    // What the run sent itself, then its last answer and the prompt.
    expect(third?.slice(0, second?.length)).toEqual(second);
    expect(third?.slice(-4, -2)).toEqual([answerTo('weather', 'sunny'), answerTo('time', '{"hour":12}')]);
    expect(linesOf(third!)).toEqual([
      'user a',
      'call weather',
      'call time',
      'result weather',
      'result time',
      'assistant Fine',
      'user b',
    ]);
  });

  it('tells the model again why a tool failed', () => {
    const failing = toolOf('weather', () => {
      throw new Error('No satellite');
    });
    const client = clientOf(['weather', 'unheard'], 'Sorry', 'Bye');
    replay(over, client, ['a', 'b'], { policy: 'queue', tools: [failing] });

    expect(lastRequest(client)).toEqual(
      expect.arrayContaining([
        answerTo('weather', 'No satellite'),
        answerTo('unheard', expect.stringContaining('unheard') as string),
      ]),
    );
  });

  it.each(['{', '{}{}'])(
    'tells the model again of arguments that are not JSON, %s, but does not repeat them',
    (text) => {
      const client = clientOf([{ name: 'weather', arguments: text }], 'Sorry', 'Bye');
      const { run } = replay(over, client, ['a', 'b'], { policy: 'queue' }).at(-1)!.turns[0]!.reply;

      expect(run).toMatchObject({ status: 'done', turns: [{ calls: [{ status: 'failed' }] }, {}] });
      expect(linesOf(lastRequest(client))).toEqual([
        ...['user a', 'call weather', 'result weather', 'assistant Sorry', 'user b'],
      ]);
      expect(JSON.stringify(lastRequest(client))).not.toContain(JSON.stringify(text));
    },
  );

  it('answers custom calls in their own form', () => {
    const client = clientOf([{ name: 'shout', arguments: 'hey', custom: true }], 'Fine', 'Bye');
    replay(over, client, ['a', 'b'], { policy: 'queue' });
    const [, second, third] = client.requests.map(({ request }) => itemsOf(request));

    expect(third?.slice(0, second?.length)).toEqual(second);
    expect(third).toContainEqual(answerTo('shout', expect.any(String) as string, true));
  });

  it('leaves calls to the caller that only the request declares, and out of the history', () => {
    const declared = { name: 'confirm', parameters };
    const own = api === 'chat' ? { type: 'function', function: declared } : { type: 'function', ...declared };
    const client = clientOf(['weather', 'confirm'], 'Bye');
    const config = { policy: 'queue', request: { model: 'm', tools: [own] } } as never;
    const first = replay(over, client, ['a', 'b'], config).at(-1)?.turns[0]?.reply;

    expect(first).toMatchObject({
      status: 'done',
      run: { status: 'done', turns: [{ calls: [{ status: 'done' }, { status: 'waiting' }] }] },
    });
    expect(linesOf(lastRequest(client))).toEqual(['user a', 'call weather', 'result weather', 'user b']);
  });

  it('keeps the turns of a run that fails, and their place in the history', () => {
    const client = clientFor(
      ['weather'],
      throwError(() => broken),
      'Bye',
    );
    const views = replay(over, client, ['a', 'b'], { policy: 'queue', retry: false });

    expect(views.at(-1)?.turns[0]?.reply).toMatchObject({
      status: 'failed',
      error: broken,
      run: { status: 'failed', error: broken, turns: [{ calls: [{ status: 'done' }] }] },
    });
    expect(linesOf(lastRequest(client))).toEqual(['user a', 'call weather', 'result weather', 'user b']);
  });

  it('fails after too many turns, and remembers them', () => {
    const client = clientOf(['weather'], ['time'], 'Bye');
    const views = replay(over, client, ['a', 'b'], { policy: 'queue', maxTurns: 2 });

    expect(views.at(-1)?.turns[0]?.reply).toMatchObject({ status: 'failed', error: { code: 'max_turns' } });
    expect(linesOf(lastRequest(client))).toEqual([
      'user a',
      'call weather',
      'result weather',
      'call time',
      'result time',
      'user b',
    ]);
  });

  it('passes the options of a run on', () => {
    const client = clientOf(['weather', 'time'], 'Fine');
    const asked: string[] = [];
    const reply = replay(over, client, ['a'], {
      approve: ({ name }) => (asked.push(name), name === 'time'),
      resultCharacters: 5,
    }).at(-1)?.last;

    expect(asked).toEqual(['weather', 'time']);
    expect(reply?.run?.turns[0]?.calls).toMatchObject([
      { status: 'failed', content: expect.stringContaining('weather') as unknown },
      { status: 'failed', content: expect.stringContaining('time') as unknown },
    ]);
  });

  it('holds a conversation without a call as before, but with a run', () => {
    const client = clientOf('Hi', 'Bye');
    const [first, second] = replay(over, client, ['a', 'b'], { policy: 'queue' }).at(-1)!.turns;

    expect(first?.reply).toMatchObject({ status: 'done', message: { content: 'Hi' }, run: { status: 'done' } });
    expect(second?.reply).toMatchObject({ status: 'done', message: { content: 'Bye' } });
    expect(linesOf(lastRequest(client))).toEqual(['user a', 'assistant Hi', 'user b']);
  });

  it('stays waiting, but is not in flight, if the client sends nothing', () => {
    const silent = { [api]: () => EMPTY } as never;
    const view = replay(over, silent, ['a']).at(-1);

    expect(view).toMatchObject({ status: 'idle', last: { status: 'waiting' } });
    expect(view?.last).not.toHaveProperty('run');
  });

  it('shows a mistake of a function as a failed reply', () => {
    const request = (): never => {
      throw new TypeError('no model');
    };

    expect(replay(over, clientOf('Hi'), ['a'], { request }).at(-1)?.last).toMatchObject({
      status: 'failed',
      error: { message: 'no model' },
    });
  });

  describe('stopped at any moment', () => {
    const answers: readonly ScriptedAnswer[] = [['weather', 'time'], ['time'], 'Fine', 'Bye'];
    const moments = replay(over, clientOf(...answers), ['a']).length;

    it.each(Array.from({ length: moments - 1 }, (_, place) => place + 1))('keeps what is whole: view %i', (moment) => {
      const client = clientOf(...answers);
      const commands = new Subject<ConversationCommand>();
      const views: ConversationView[] = [];
      commands.pipe(converse(client, configOf(api))).subscribe((view) => {
        if (views.push(view) === moment + 1) {
          commands.next({ type: 'stop' });
        }
      });
      commands.next('a');
      const stopped = views.at(-1)!;
      const place = client.requests.length;
      commands.next('b');
      const sent = itemsOf(client.requests[place]!.request);
      // Saved after the stop, and saved in flight by a page that was closed at that moment.
      const restored = [stopped, views[moment]!].map(({ turns }) => {
        const resumed = fakeClient(() => answer('Bye'));
        replay(over, resumed, ['b'], { turns: JSON.parse(JSON.stringify(turns)) as readonly Turn[] });
        return lastRequest(resumed);
      });

      const lines = linesOf(sent);
      const namesOf = (kind: string): readonly string[] =>
        lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length));
      expect(stopped.last?.status).toBe(moment + 1 === moments ? 'done' : 'stopped');
      expect(namesOf('call ')).toEqual(namesOf('result '));
      expect(lines[0]).toBe('user a');
      expect(lines.at(-1)).toBe('user b');
      expect(restored).toEqual([sent, sent]);
    });

    it('sends the text of the turn that was broken off, without its calls', () => {
      const never = toolOf('weather', () => NEVER);
      const client = clientOf(['time'], [{ name: 'weather' }, { name: 'time' }], 'Bye');
      const views = replay(over, client, ['a', { type: 'stop' }, 'b'], { tools: [never, time] });

      expect(views.at(-1)?.turns[0]?.reply).toMatchObject({
        status: 'stopped',
        run: { status: 'calling', turns: [{}, { calls: [{ status: 'running' }, { status: 'done' }] }] },
      });
      expect(linesOf(lastRequest(client))).toEqual(['user a', 'call time', 'result time', 'user b']);
    });
  });

  it.each<[string, ConversationCommand]>([
    ['stop', { type: 'stop' }],
    ['the next prompt', 'b'],
    ['regenerate', { type: 'regenerate' }],
    ['reset', { type: 'reset' }],
  ])('aborts tools on %s', (_, command) => {
    const signals: AbortSignal[] = [];
    const slow = tool({ name: 'weather', parameters, run: (_args, { signal }) => (signals.push(signal), NEVER) });
    const commands = new Subject<ConversationCommand>();
    commands.pipe(converse(clientOf(['weather'], 'Bye'), configOf(api, { tools: [slow] }))).subscribe();
    commands.next('a');
    const before = signals.map(({ aborted }) => aborted);
    commands.next(command);

    expect(before).toEqual([false]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('runs the tools of parallel replies side by side, and of queued ones in turn', () => {
    const send = (policy: 'parallel' | 'queue'): readonly number[] => {
      const results = [new Subject<string>(), new Subject<string>()];
      let running = 0;
      const slow = toolOf('weather', () => results[running++]);
      const commands = new Subject<ConversationCommand>();
      commands
        .pipe(
          converse(
            fakeClient(() => answer(['weather'])),
            configOf(api, { policy, tools: [slow], maxTurns: 1 }),
          ),
        )
        .subscribe();
      commands.next('a');
      commands.next('b');
      const before = running;
      results[0]?.complete();
      return [before, running];
    };

    expect(send('parallel')).toEqual([2, 2]);
    expect(send('queue')).toEqual([1, 2]);
  });

  describe('regenerate', () => {
    it('replaces a run by another, without its history', () => {
      const client = clientOf(['weather'], 'Fine', ['time'], 'Noon');
      const view = replay(over, client, ['a', { type: 'regenerate' }]).at(-1);

      expect(view?.last?.run?.turns[0]?.calls).toMatchObject([{ call: { name: 'time' } }]);
      expect(linesOf(itemsOf(client.requests[2]!.request))).toEqual(['user a']);
    });

    it('shows the run again if the new one fails before it has output', () => {
      const client = clientFor(
        ['weather'],
        'Fine',
        throwError(() => broken),
        'Bye',
      );
      const views = replay(over, client, ['a', { type: 'regenerate' }, 'b'], { policy: 'queue', retry: false });
      const reply = views.at(-1)?.turns[0]?.reply;

      expect(reply).toMatchObject({ status: 'failed', error: broken, message: { content: 'Fine' } });
      expect(reply?.run).toMatchObject({ status: 'done', turns: [{ calls: [{ status: 'done' }] }, {}] });
      expect(linesOf(lastRequest(client))).toEqual([
        'user a',
        'call weather',
        'result weather',
        'assistant Fine',
        'user b',
      ]);
    });

    it('keeps the new run once it has called', () => {
      const client = clientFor(
        ['weather'],
        'Fine',
        ['time'],
        throwError(() => broken),
      );
      const reply = replay(over, client, ['a', { type: 'regenerate' }], { retry: false }).at(-1)?.last;

      expect(reply?.run?.turns).toMatchObject([{ calls: [{ call: { name: 'time' } }] }]);
    });
  });

  it('shows the pause before a turn is tried again, with the run so far', () => {
    runMarbles(({ cold, expectObservable }) => {
      const client = clientFor(['weather'], cold<never>('----------#', undefined, busy), 'Fine');
      const seen = cold('a|').pipe(
        converse(client, configOf(api)),
        map(({ last }) => ({
          status: last?.status,
          call: last?.run?.turns[0]?.calls[0]?.status,
          retry: last?.retry,
        })),
        distinctUntilChanged((one, other) => one.status === other.status),
      );

      expectObservable(seen).toBe('(iws)-----r--(xd|)', {
        i: {},
        w: { status: 'waiting' },
        s: { status: 'streaming' },
        r: { status: 'retrying', call: 'done', retry: { attempt: 1, delay: 3, at: 13, reason: busy } },
        x: { status: 'streaming', call: 'done' },
        d: { status: 'done', call: 'done' },
      });
    });
  });
});

describe('the tools of a conversation', () => {
  const config = { request: { model: 'm' }, tools: [weather] };
  const chat: RunOver = everyApi[0]!;

  it('show the message of the last turn, and the sum of the token counts', () => {
    const call = toolCallChunk({ id: 'c', name: 'weather', arguments: '{}' });
    const [first, second] = [usageChunk({ prompt_tokens: 4, completion_tokens: 5 }), usageChunk({ prompt_tokens: 9 })];
    const client = fakeClient([
      of(chatChunk({ content: 'Let me see' }), call, finishChunk('tool_calls'), first),
      of(chatChunk({ content: 'Sunny' }), finishChunk(), second),
    ]);
    const reply = replay(chat, client, ['a']).at(-1)!.last!;

    expect(reply.message.content).toBe('Sunny');
    expect(reply.usage).toEqual(reply.run?.usage);
    expect(reply.usage).toMatchObject({ inputTokens: 13, outputTokens: 5, raw: [first.usage, second.usage] });
    expect(historyOf([{ id: '1', prompt: 'a', reply }])).toMatchObject([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'Let me see', tool_calls: [{ id: 'c' }] },
      { role: 'tool', tool_call_id: 'c', content: 'sunny' },
      { role: 'assistant', content: 'Sunny' },
    ]);
  });

  it('send reasoning again that led to calls, as some servers require', () => {
    const call = toolCallChunk({ id: 'c', name: 'weather', arguments: '{}' });
    const client = fakeClient([of(reasoningChunk('Hm'), call, finishChunk('tool_calls')), 'Sunny', 'Bye']);
    replay(chat, client, ['a', 'b'], { policy: 'queue' });

    expect(client.requests.at(-1)?.request.messages?.[1]).toMatchObject({ reasoning_content: 'Hm' });
  });

  it.each([[true], [false]])('send the items of a response as they came, if it is stored: %s', (store) => {
    const reasoning = { summary: ['Hm'], encrypted_content: 'e' };
    const first = responseEvents([reasoning, { name: 'weather', call_id: 'c', arguments: ['{}'] }] as never);
    const client = fakeClient([from(first), 'Sunny', 'Bye']);
    replay(everyApi[1]!, client, ['a', 'b'], { policy: 'queue', request: { model: 'm', store } } as never);
    const [, second, third] = client.requests.map(({ request }) => request.input as readonly Item[]);

    expect(third?.slice(0, second?.length)).toEqual(second);
    expect(second?.map(({ type, id }) => `${String(type)} ${typeof id}`)).toEqual([
      'undefined undefined',
      `reasoning ${store ? 'string' : 'undefined'}`,
      `function_call ${store ? 'string' : 'undefined'}`,
      'function_call_output undefined',
    ]);
  });

  it('send only the prompt where the server remembers, and the run what follows it', () => {
    const client = everyApi[1]!.clientOf(['weather'], 'Sunny', 'Bye');
    const request = { model: 'm', conversation: 'conv_1' };
    replay(everyApi[1]!, client, ['a', 'b'], { policy: 'queue', request } as never);

    expect(client.requests.map(({ request: { input } }) => linesOf(input as readonly Item[]))).toEqual([
      ['user a'],
      ['result weather'],
      ['user b'],
    ]);
  });

  it('continue over another API', () => {
    const turns = replay(everyApi[1]!, everyApi[1]!.clientOf(['weather'], 'Fine'), ['a']).at(-1)!.turns;
    const client = chat.clientOf('Bye');
    replay(chat, client, ['b'], { turns });

    expect(linesOf(chat.itemsOf(client.requests[0]!.request))).toEqual([
      'user a',
      'call weather',
      'result weather',
      'assistant Fine',
      'user b',
    ]);
  });

  it('count as stopped if they were running when their turn was saved', () => {
    const never = toolOf('weather', () => NEVER);
    const client = fakeClient(() => chat.answer(['weather']));
    const saved = JSON.stringify(replay(chat, client, ['a'], { tools: [never] }).at(-1)!.turns);
    const restored = replay(chat, client, [], { turns: JSON.parse(saved) as readonly Turn[] });

    expect(restored[0]?.last).toMatchObject({
      status: 'stopped',
      run: { status: 'calling', turns: [{ calls: [{ status: 'running' }] }] },
    });
  });

  it('keep their errors in saved turns', () => {
    const failing = toolOf('weather', () => {
      throw lost;
    });
    const { turns } = replay(chat, chat.clientOf(['weather'], 'Sorry'), ['a'], { tools: [failing] }).at(-1)!;
    const saved = JSON.parse(JSON.stringify(turns)) as readonly Turn[];

    expect(turns[0]?.reply.run?.turns[0]?.calls[0]?.error).toBe(lost);
    expect(saved[0]?.reply.run?.turns[0]?.calls[0]?.error).toMatchObject({
      name: 'ConnectionError',
      kind: 'connection',
    });
    expect(replay(chat, fakeClient(EMPTY), [], { turns: saved })[0]?.turns[0]).toEqual(saved[0]);
  });

  it('run in the async context of the sender, also from a queue', () => {
    const users = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const replies = [new Subject<never>(), new Subject<never>()];
    const note = toolOf('weather', () => seen.push(`tool of ${users.getStore()}`));
    const commands = new Subject<ConversationCommand>();
    const config = configOf('chat', {
      policy: 'queue',
      tools: [note],
      maxTurns: 1,
      approve: () => (seen.push(`approval of ${users.getStore()}`), true),
    });
    commands.pipe(converse(fakeClient(replies), config)).subscribe();
    users.run('ann', () => commands.next('a'));
    users.run('bob', () => commands.next('b'));
    replies.forEach((reply) => {
      chat.answer(['weather']).subscribe(reply);
    });

    expect(seen).toEqual(['approval of ann', 'tool of ann', 'approval of bob', 'tool of bob']);
  });

  it.each<[object, string]>([
    [{ tools: undefined, approve: () => true }, 'approve has no effect without tools'],
    [{ tools: undefined, maxTurns: 3 }, 'maxTurns has no effect without tools'],
    [{ tools: undefined, concurrency: 1 }, 'concurrency has no effect without tools'],
    [{ tools: undefined, toolCalls: 1 }, 'toolCalls has no effect without tools'],
    [{ tools: undefined, timeout: 1 }, 'timeout has no effect without tools'],
    [{ tools: undefined, resultCharacters: 1 }, 'resultCharacters has no effect without tools'],
    [{ tools: weather }, 'tools must be a list'],
    [{ tools: [{}] }, 'tools[0] must be'],
    [{ tools: [weather, weather] }, 'Two tools have the name "weather"'],
    [{ maxTurns: 0 }, 'maxTurns must be a whole number'],
    [{ approve: true }, 'approve must be a function'],
    [{ retry: { restart: true } }, 'retry must not have restart'],
    [
      { request: { model: 'm', tools: [{ type: 'function', function: { name: 'weather' } }] } },
      'Two tools have the name "weather"',
    ],
  ])('refuse the options %j', (options, message) => {
    expect(() => converse(fakeClient(EMPTY), { ...config, ...options })).toThrow(TypeError);
    expect(() => converse(fakeClient(EMPTY), { ...config, ...options })).toThrow(message);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['', { run: 5 }],
    ['.status', { run: { status: 'over' } }],
    ['.turns', { run: { turns: {} } }],
    ['.turns[0]', { run: { turns: [null] } }],
    ['.turns[0].message', { run: { turns: [{ calls: [] }] } }],
    ['.turns[0].calls', { turn: { calls: 'a' } }],
    ['.turns[0].calls[0].call', { call: { call: 'c' } }],
    ['.turns[0].calls[0].call.id', { call: { call: { type: 'function' } } }],
    ['.turns[0].calls[0].status', { call: { status: 'stopped' } }],
    ['.turns[0].calls[0].content', { call: { content: {} } }],
    ['.usage.inputTokens', { run: { usage: {} } }],
  ])('refuse a saved turn with an invalid run%s', (path, { run, turn, call }) => {
    const [saved] = replay(chat, chat.clientOf(['weather'], 'Fine'), ['a']).at(-1)!.turns;
    const whole = saved!.reply.run!;
    const first = {
      ...whole.turns[0]!,
      calls: [{ ...whole.turns[0]!.calls[0]!, ...(call as object) }],
      ...(turn as object),
    };
    const changed = typeof run === 'number' ? run : { ...whole, turns: [first], ...(run as object) };
    const turns = [{ ...saved!, reply: { ...saved!.reply, run: changed } }] as readonly Turn[];

    expect(() => converse(fakeClient(EMPTY), { ...config, turns })).toThrow(TypeError);
    expect(() => converse(fakeClient(EMPTY), { ...config, turns })).toThrow(`turns[0].reply.run${path} must be`);
  });
});
