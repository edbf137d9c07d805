import { distinctUntilChanged, EMPTY, map, NEVER, type Observable, of, throwError } from 'rxjs';
import {
  ApiError,
  type ChatView,
  ConnectionError,
  type ConversationCommand,
  type ConversationView,
  converse,
  type ConverseConfig,
  StreamError,
  tool,
  type Turn,
} from '../../src/index.js';
import {
  type ColdChunks,
  type FakeClient,
  fakeClient,
  finishChunk,
  type MarbleHelpers,
  responseEnd,
  responseEvents,
  runMarbles,
  toolCallChunk,
} from '../../src/testing/index.js';
import { summaryOf, turn } from './fake-chat.js';

const streamId = 'stream_0123456789';
const both = ['chat', 'responses'] as const;
const lost = new ConnectionError('The connection was lost');
const unknown = new ApiError('404 No such stream', { status: 404, kind: 'not_found', retryable: false });
const overloaded = new StreamError('Busy', { kind: 'overloaded', retryable: true });
const stoppedThere = new StreamError('Stopped', { kind: 'server', code: 'stopped', retryable: true });

/** A turn as a page has saved it, in mid-answer. */
function inFlight(id: string, content: string, details: Partial<ChatView> = {}): Turn {
  const { reply, ...saved } = turn(id, content, content === '' ? 'waiting' : 'streaming');
  return JSON.parse(JSON.stringify({ ...saved, reply: { ...reply, streamId, ...details } })) as Turn;
}

describe.each(both)('converse over %s, given a reply in flight', (api) => {
  const configOf = (config: Partial<ConverseConfig> = {}): ConverseConfig =>
    ({ api, request: { model: 'm' }, retry: { random: () => 0 }, ...config }) as ConverseConfig;
  /** The answer `ab`. */
  const answer = ({ chunks }: MarbleHelpers, marbles: string, error?: unknown): ColdChunks<never> =>
    chunks(marbles, api === 'responses' ? { f: responseEnd('ab') } : {}, error) as never;
  const asked = (client: FakeClient): readonly string[] => client.requests.map(({ operation }) => operation);
  const shown = (
    client: FakeClient,
    config: Partial<ConverseConfig>,
    commands: Observable<ConversationCommand> = NEVER,
  ) => commands.pipe(converse(client, configOf(config)), map(summaryOf), distinctUntilChanged());

  it('replays it from its start, in place of the saved text', () => {
    runMarbles((helpers) => {
      const commands = helpers.cold<never>('-----------|');
      const stream = answer(helpers, '      -r-a-b-(f|)');
      const streamSubs = '                   ^------!';
      const expected = '                     s--a-b-d---|';
      const client = fakeClient(stream);
      const views = commands.pipe(
        converse(client, configOf({ turns: [turn('q', 'x'), inFlight('p', 'abc')] })),
        map((view) => `${summaryOf(view)} ${view.status} ${view.active.join()} ${String(view.last?.streamId)}`),
        distinctUntilChanged(),
      );

      helpers.expectObservable(views).toBe(expected, {
        s: `Q:done=x P:streaming=abc busy p ${streamId}`,
        a: `Q:done=x P:streaming=a busy p ${streamId}`,
        b: `Q:done=x P:streaming=ab busy p ${streamId}`,
        d: `Q:done=x P:done=ab idle  ${streamId}`,
      });
      helpers.expectSubscriptions(stream.subscriptions).toBe(streamSubs);
      helpers.flush();
      expect(client.requests).toMatchObject([{ operation: 'resumeStream', request: { id: streamId, api } }]);
    });
  });

  it('goes on after a reload, whenever the turns were saved', () => {
    runMarbles((helpers) => {
      const client = fakeClient(answer(helpers, '-r-a-b-(f|)'), { streamId });
      const saved: string[] = [];
      of('Hi')
        .pipe(
          converse(client, configOf()),
          map(({ turns }) => JSON.stringify(turns)),
        )
        .subscribe((json) => saved.push(json));
      helpers.flush();
      const ends = saved.slice(2).map((json) => {
        const seen: string[] = [];
        shown(client, { turns: JSON.parse(json) as Turn[] }).subscribe((line) => seen.push(line));
        return seen;
      });
      helpers.flush();

      expect(saved.slice(2, -1).every((json) => json.includes(streamId))).toBe(true);
      expect(ends.map((seen) => [seen[0], seen.at(-1)])).toEqual([
        ['Hi:waiting', 'Hi:done=ab'],
        ...ends.slice(1, -1).map((seen) => [seen[0], 'Hi:done=ab']),
        ['Hi:done=ab', 'Hi:done=ab'],
      ]);
      expect(asked(client)).toEqual([api, ...ends.slice(1).map(() => 'resumeStream')]);
    });
  });

  it.each([
    ['before its first value', '--#', 'P:stopped=abc'],
    ['after some of it', '-ra#', 'P:stopped=a'],
  ])('stops it, and keeps its text, if the relay does not have it %s', (_when, marbles, end) => {
    runMarbles((helpers) => {
      const client = fakeClient(answer(helpers, marbles, unknown));

      expect(linesOf(helpers, shown(client, { turns: [inFlight('p', 'abc')] })).at(-1)).toBe(end);
      expect(asked(client)).toEqual(['resumeStream']);
    });
  });

  it('stops it without a retry if it was stopped at the relay', () => {
    runMarbles((helpers) => {
      const client = fakeClient(answer(helpers, '-#', stoppedThere));

      expect(linesOf(helpers, shown(client, { turns: [inFlight('p', 'abc')] }))).toEqual([
        'P:streaming=abc',
        'P:stopped=abc',
      ]);
      expect(asked(client)).toEqual(['resumeStream']);
    });
  });

  it.each([
    ['attaches again after a lost connection', lost, 'resumeStream'],
    ['asks again for an answer that failed', overloaded, api],
  ])('%s, as replies are retried', (_what, error, operation) => {
    runMarbles((helpers) => {
      const client = fakeClient([answer(helpers, '-#', error), answer(helpers, 'rab(f|)')]);

      expect(linesOf(helpers, shown(client, { turns: [inFlight('p', 'abc')] }))).toEqual([
        'P:streaming=abc',
        'P:retrying=abc',
        'P:streaming=a',
        'P:streaming=ab',
        'P:done=ab',
      ]);
      expect(asked(client)).toEqual(['resumeStream', operation]);
    });
  });

  it('fails with the text so far after any other error', () => {
    runMarbles((helpers) => {
      const client = fakeClient(answer(helpers, '-ra-#', lost));
      const views: ConversationView[] = [];
      NEVER.pipe(converse(client, configOf({ turns: [inFlight('p', 'abc')] }))).subscribe((view) => views.push(view));
      helpers.flush();

      expect(views.at(-1)).toMatchObject({
        status: 'idle',
        last: { status: 'failed', message: { content: 'a' }, error: lost, streamId },
      });
    });
  });

  it('ends it at a stop, whose text it keeps', () => {
    runMarbles((helpers) => {
      const commands = helpers.cold<ConversationCommand>('----x', { x: { type: 'stop' } });
      const stream = answer(helpers, '                    -r-a-b-(f|)');
      const streamSubs = '                                 ^---!';
      const expected = '                                   s--ax';

      helpers.expectObservable(shown(fakeClient(stream), { turns: [inFlight('p', 'abc')] }, commands)).toBe(expected, {
        s: 'P:streaming=abc',
        a: 'P:streaming=a',
        x: 'P:stopped=a',
      });
      helpers.expectSubscriptions(stream.subscriptions).toBe(streamSubs);
    });
  });

  it.each([
    ['switch', ['P:stopped=a Hi:waiting', 'P:stopped=a Hi:done=ab'], 4],
    ['queue', ['P:streaming=a Hi:queued', 'P:done=ab Hi:done=ab'], 7],
    ['parallel', ['P:streaming=a Hi:waiting', 'P:done=ab Hi:done=ab'], 4],
    ['exhaust', ['P:streaming=ab', 'P:done=ab'], undefined],
  ] as const)('treats it as any reply in flight when a prompt comes, with %s', (policy, lines, at) => {
    runMarbles((helpers) => {
      const commands = helpers.cold('----p', { p: 'Hi' });
      const client = fakeClient([answer(helpers, '-r-a-b-(f|)'), answer(helpers, '-r-a-b-(f|)')]);
      const seen = linesOf(helpers, shown(client, { turns: [inFlight('p', '')], policy }, commands));

      expect(seen.slice(0, 2)).toEqual(['P:waiting', 'P:streaming=a']);
      expect([seen[2], seen.at(-1)]).toEqual(lines);
      expect(client.requests.map(({ sentAt }) => sentAt)).toEqual(at === undefined ? [0] : [0, at]);
    });
  });

  it('asks for another reply to its prompt when it is regenerated', () => {
    runMarbles((helpers) => {
      const commands = helpers.cold<ConversationCommand>('--x', { x: { type: 'regenerate' } });
      const client = fakeClient([answer(helpers, '-r---a'), answer(helpers, '-r-a-b-(f|)')]);

      expect(linesOf(helpers, shown(client, { turns: [inFlight('p', 'abc')] }, commands))).toEqual([
        'P:streaming=abc',
        'P:waiting',
        'P:streaming=a',
        'P:streaming=ab',
        'P:done=ab',
      ]);
      expect(client.requests[1]).toMatchObject({
        operation: api,
        request: { [api === 'chat' ? 'messages' : 'input']: [{ role: 'user', content: 'P' }] },
      });
    });
  });

  it('replays each of several', () => {
    runMarbles((helpers) => {
      const client = fakeClient(() => answer(helpers, '-r-a-b-(f|)'));
      const other = 'stream_9876543210';
      const turns = [inFlight('p', 'x'), turn('q', 'y', 'streaming'), inFlight('r', '', { streamId: other })];

      expect(linesOf(helpers, shown(client, { turns })).at(-1)).toBe('P:done=ab Q:stopped=y R:done=ab');
      expect(client.requests.map(({ request: { id } }) => id)).toEqual([streamId, other]);
    });
  });

  it('replays what a reset brings', () => {
    runMarbles((helpers) => {
      const commands = helpers.cold<ConversationCommand>('--x', { x: { type: 'reset', turns: [inFlight('p', '')] } });

      expect(linesOf(helpers, shown(fakeClient(answer(helpers, 'rab(f|)')), {}, commands)).at(-1)).toBe('P:done=ab');
    });
  });

  it('stops it over a client that cannot replay', () => {
    const { resumeStream: _, ...client } = fakeClient('ab');
    const seen: string[] = [];
    shown(client as FakeClient, { turns: [inFlight('p', 'abc')] }).subscribe((line) => seen.push(line));

    expect(seen.at(-1)).toBe('P:stopped=abc');
  });

  it('leaves it as it was saved over a client that sends nothing', () => {
    const views: ConversationView[] = [];
    const silent = { ...fakeClient('ab'), resumeStream: () => EMPTY };
    NEVER.pipe(converse(silent, configOf({ turns: [inFlight('p', 'abc')] }))).subscribe((view) => views.push(view));

    expect(views.at(-1)).toMatchObject({
      status: 'idle',
      last: { status: 'streaming', message: { content: 'abc' }, streamId },
    });
  });

  it.each(['', 'short', 'stream/0123456789', 7, null])('throws for the stream %p', (id) => {
    expect(() =>
      converse(fakeClient('ab'), configOf({ turns: [inFlight('p', '', { streamId: id as string })] })),
    ).toThrow('turns[0].reply.streamId');
  });

  describe('with tools', () => {
    const ran: string[] = [];
    const weather = tool({
      name: 'weather',
      parameters: { type: 'object' },
      run: () => (ran.push('weather'), 'sunny'),
    });
    const { message } = inFlight('p', '').reply;
    const call = { id: 'c1', type: 'function', name: 'weather', arguments: '{}', complete: true, extra: {} } as const;
    const first = { message, calls: [{ call, status: 'done', content: 'sunny' }] } as const;
    const calling = (): Observable<never> =>
      (api === 'chat'
        ? of(toolCallChunk({ id: 'c1', name: 'weather', arguments: '{}' }), finishChunk('tool_calls'))
        : of(
            ...responseEvents([{ type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' }]),
          )) as Observable<never>;
    const last = (client: FakeClient, reply: Partial<ChatView>): ChatView | undefined => {
      const views: ConversationView[] = [];
      NEVER.pipe(converse(client, configOf({ tools: [weather], turns: [inFlight('p', 'x', reply)] }))).subscribe(
        (view) => views.push(view),
      );
      return views.at(-1)?.last;
    };

    beforeEach(() => ran.splice(0));

    it.each([
      ['begins', []],
      ['goes on', [{ message: { ...message, content: 'x' }, calls: [] }]],
    ])('replays the turn that was arriving, which %s', (_what, arriving) => {
      const run = { status: 'streaming', turns: [first, ...arriving] } as const;

      expect(last(fakeClient('ab'), { run })).toMatchObject({
        status: 'done',
        message: { content: 'ab' },
        run: { status: 'done', turns: [first, { message: { content: 'ab' }, calls: [] }] },
      });
    });

    it('is stopped at calls, which may have run already', () => {
      expect(last(fakeClient(calling()), {})).toMatchObject({
        status: 'stopped',
        run: { status: 'calling', turns: [{ calls: [{ call: { name: 'weather' }, status: 'waiting' }] }] },
      });
      expect(ran).toEqual([]);
    });

    it('keeps the run if the relay does not have the turn', () => {
      const run = { status: 'waiting', turns: [first] } as const;

      expect(last(fakeClient(throwError(() => unknown)), { run })).toMatchObject({ status: 'stopped', run });
    });

    it('has the stream of the turn that is arriving, and none while tools run', () => {
      const client = fakeClient([calling(), 'ab'], {
        streamId: () => `stream_of_turn_${client.requests.length}_`,
      });
      const seen: string[] = [];
      of('Hi')
        .pipe(converse(client, configOf({ tools: [weather] })))
        .subscribe(({ last: reply }) => seen.push(`${reply?.run?.status} ${reply?.streamId}`));

      expect(seen.filter((line, place) => line !== seen[place - 1])).toEqual([
        'undefined undefined',
        'undefined stream_of_turn_1_',
        ...(api === 'chat' ? [] : ['waiting stream_of_turn_1_']),
        'streaming stream_of_turn_1_',
        'calling undefined',
        'waiting undefined',
        'waiting stream_of_turn_2_',
        'streaming stream_of_turn_2_',
        'done stream_of_turn_2_',
      ]);
    });
  });
});

/** Runs a conversation to the end of virtual time, and returns what it showed. */
function linesOf({ flush }: MarbleHelpers, lines: Observable<string>): readonly string[] {
  const seen: string[] = [];
  lines.subscribe((line) => seen.push(line));
  flush();
  return seen;
}
