import { type Observable, Subject, tap } from 'rxjs';
import {
  type ClientConfig,
  type ConversationCommand,
  type ConversationView,
  converse,
  createClient,
  fetchTransport,
  type Turn,
} from '../../src/index.js';
import { responseEvents } from '../../src/testing/index.js';
import { textChunk } from '../support/answers.js';
import { closeServers } from '../support/loopback.js';
import { observe, turnsUntil } from '../support/observe.js';
import { type SmallRelay, startRelay } from '../support/small-relay.js';
import { summaryOf } from './fake-chat.js';

const answered = responseEvents('Nothing is lost.', { numbered: false });
const apis = {
  chat: {
    events: [textChunk('Nothing '), textChunk('is '), textChunk('lost.', 'stop'), '[DONE]'],
    begin: 'POST /v1/chat/completions',
  },
  responses: { events: answered, begin: 'POST /v1/responses' },
};
const both = ['chat', 'responses'] as const;
const stream = '/v1/streams/stream_0123456789';
const patience = 5000;

describe.each(both)('converse over %s and a relay', (api) => {
  afterEach(closeServers);
  const { events, begin } = apis[api];
  /** The answer is cut after its first text. */
  const midway = api === 'chat' ? 1 : answered.findIndex(({ type }) => type === 'response.output_text.delta') + 1;

  const hold = (
    { baseURL }: SmallRelay,
    commands: Observable<ConversationCommand>,
    { turns, ...options }: ClientConfig & { readonly turns?: readonly Turn[] } = {},
  ): Observable<ConversationView> =>
    commands.pipe(
      converse(createClient({ baseURL, transport: fetchTransport(), ...options }), {
        api,
        request: { model: 'small' },
        turns,
      }),
    );

  /** Begins an answer, and returns the turns as they are saved in the middle of it. */
  const begun = async (relay: SmallRelay, commands: Subject<ConversationCommand>, options?: ClientConfig) => {
    let saved = '';
    const hasText = new Promise<void>((resolve) => {
      const views = hold(relay, commands, options).pipe(
        tap(({ turns, last }) => {
          saved = JSON.stringify(turns);
          if (last !== undefined && last.message.content !== '') {
            resolve();
          }
        }),
      );
      seen = observe(views);
    });
    commands.next('What is lost?');
    await hasText;
    return JSON.parse(saved) as readonly Turn[];
  };
  let seen: ReturnType<typeof observe<ConversationView>>;

  it('ends with the whole text in a second conversation, of turns saved in mid-answer', async () => {
    const relay = await startRelay(events, [{ until: midway, cut: 'silence' }, {}]);
    const turns = await begun(relay, new Subject(), { onUnsubscribe: 'leave' });
    seen.unsubscribe();
    await relay.served[0]?.over;
    const done = new Subject<ConversationCommand>();
    const second = observe(hold(relay, done, { turns }));
    done.complete();

    expect(await second.ended).toBeUndefined();
    expect(summaryOf(second.values[0]!)).toMatch(/^What is lost\?:streaming=Nothing/u);
    expect(summaryOf(second.values.at(-1)!)).toBe('What is lost?:done=Nothing is lost.');
    expect(relay.requests).toEqual([begin, `GET ${stream}`]);
  });

  it.each([
    ['a stop', { type: 'stop' }],
    ['the next prompt', 'And now?'],
    ['another reply', { type: 'regenerate' }],
  ] as const)('stops the work of the relay at %s, even if it is left by unsubscribing', async (_what, command) => {
    const relay = await startRelay(events, [{ until: midway, cut: 'silence' }]);
    const commands = new Subject<ConversationCommand>();
    await begun(relay, commands, { onUnsubscribe: 'leave' });
    commands.next(command);
    await turnsUntil(() => relay.requests.includes(`DELETE ${stream}`), patience);

    expect(relay.requests.filter((each) => each === `DELETE ${stream}`)).toHaveLength(1);
  });

  it('stops the work of the relay at a stop of a reply that is replayed', async () => {
    const relay = await startRelay(events, [{ until: midway, cut: 'silence' }]);
    const turns = await begun(relay, new Subject(), { onUnsubscribe: 'leave' });
    seen.unsubscribe();
    const commands = new Subject<ConversationCommand>();
    const second = observe(hold(relay, commands, { turns }));
    await turnsUntil(() => relay.requests.length === 2, patience);
    commands.next({ type: 'stop' });
    await turnsUntil(() => relay.requests.length === 3, patience);

    expect(summaryOf(second.values.at(-1)!)).toMatch(/^What is lost\?:stopped=Nothing/u);
    expect(relay.requests).toEqual([begin, `GET ${stream}`, `DELETE ${stream}`]);
  });

  it.each([
    ['stops', 'a reset', undefined, [`DELETE ${stream}`]],
    ['stops', 'unsubscribing', undefined, [`DELETE ${stream}`]],
    ['leaves', 'a reset', 'leave', []],
    ['leaves', 'unsubscribing', 'leave', []],
  ] as const)('%s the work of the relay at %s with onUnsubscribe: %s', async (_does, what, onUnsubscribe, requests) => {
    const relay = await startRelay(events, [{ until: midway, cut: 'silence' }]);
    const commands = new Subject<ConversationCommand>();
    await begun(relay, commands, { onUnsubscribe });
    if (what === 'a reset') {
      commands.next({ type: 'reset' });
    } else {
      seen.unsubscribe();
    }
    await relay.served[0]?.over;
    await turnsUntil(() => relay.requests.length > requests.length, patience);

    expect(relay.requests).toEqual([begin, ...requests]);
  });
});
