import { NEVER } from 'rxjs';
import {
  type ChatCompletionChunk,
  type ConversationCommand,
  converse,
  createClient,
  ProtocolError,
  RateLimitError,
  type ResponseEvent,
  type Turn,
} from '../../src/index.js';
import {
  fakeClient,
  fakeTransport,
  reasoningChunk,
  responseItemAdded,
  responseReasoningDelta,
  responseRefusalDelta,
  responseTextDelta,
  runMarbles,
  toolCallChunk,
} from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';
import { type CommonConfig, everyApi } from './fake-chat.js';

const request = { model: 'm-1' };
const broken = new ProtocolError('The answer is not JSON', { kind: 'parse' });
const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 5 });

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** The commands of the diagrams; other letters are prompts. */
const commandLetters: Readonly<Record<string, ConversationCommand>> = {
  a: 'a',
  b: 'b',
  c: 'c',
  s: { type: 'stop' },
  g: { type: 'regenerate' },
  h: { type: 'regenerate', id: 'turn-1' },
};

const cutCall = { name: 'add', call_id: 'call-1', arguments: '' };
const call = { type: 'function_call', ...cutCall, arguments: '{}' } as const;

/** The values of the diagrams that carry more than a text, by API; other letters are texts, `f` is the end. */
const pieces: Readonly<Record<string, Readonly<Record<string, ChatCompletionChunk | ResponseEvent>>>> = {
  chat: {
    n: chatChunk({ content: '\n\n' }),
    t: reasoningChunk('Hm'),
    j: chatChunk({ refusal: 'No' }),
    o: toolCallChunk({ id: 'call-1', name: 'add', arguments: '{"a":' }),
    q: toolCallChunk({ id: 'call-1', name: 'add', arguments: '{}' }),
  },
  responses: {
    n: responseTextDelta('\n\n'),
    t: responseReasoningDelta('Hm'),
    j: responseRefusalDelta('No'),
    o: responseItemAdded(cutCall, { output: 1 }),
    q: { type: 'response.output_item.done', item: call, output_index: 0 },
  },
};

interface Exchange {
  readonly commands: string;
  /** One diagram per request, in order; `#` is an error that no retry heals. */
  readonly replies: readonly string[];
  readonly config?: Partial<CommonConfig>;
}

describe.each(everyApi)('the history of a conversation over $api', ({ api, converse, listen }) => {
  /** Runs a conversation in virtual time, and returns the history and the prompt of each request. */
  function messagesOf({ commands, replies, config }: Exchange): readonly unknown[] {
    let sent: readonly unknown[] = [];
    runMarbles(({ chunks, cold, flush }) => {
      const client = fakeClient(replies.map((marbles) => chunks(marbles, pieces[api], broken)));
      const heard = listen(client);
      cold(commands, commandLetters)
        .pipe(converse(heard, { request, retry: false, ...config }))
        .subscribe();
      flush();
      sent = heard.requests.map(({ messages }) => messages);
    });
    return sent;
  }

  it.each<[string, Exchange, readonly object[]]>([
    [
      'the text of a reply that the next prompt stopped',
      { commands: '-a---b', replies: ['-x-y-z|', '|'] },
      [user('a'), assistant('xy'), user('b')],
    ],
    [
      'the text of a reply that a command stopped',
      { commands: '-a--s-b', replies: ['-x-y-z|', '|'] },
      [user('a'), assistant('x'), user('b')],
    ],
    [
      'the text of a reply that failed',
      { commands: '-a-----b', replies: ['-x-y#', '|'] },
      [user('a'), assistant('xy'), user('b')],
    ],
    [
      'the prompt alone if the reply was stopped before its text',
      { commands: '-a-s-b', replies: ['------x|', '|'] },
      [user('a'), user('b')],
    ],
    [
      'the prompt alone if the reply failed before its text',
      { commands: '-a---b', replies: ['-#', '|'] },
      [user('a'), user('b')],
    ],
    ['the prompt alone if the reply was empty', { commands: '-a---b', replies: ['-f|', '|'] }, [user('a'), user('b')]],
    // Anthropic, Bedrock and Kimi refuse every later request of a history that has such a message.
    [
      'the prompt alone if the reply was white space',
      { commands: '-a--s-b', replies: ['-n---x|', '|'] },
      [user('a'), user('b')],
    ],
    [
      'no reasoning of a reply stopped while it was thinking',
      { commands: '-a--s-b', replies: ['-t---x|', '|'] },
      [user('a'), user('b')],
    ],
    [
      'the text of a reply without its reasoning',
      { commands: '-a----s-b', replies: ['-t-x---y|', '|'] },
      [user('a'), assistant('x'), user('b')],
    ],
    [
      'no tool call that was cut',
      { commands: '-a---s-b', replies: ['-xo---|', '|'] },
      [user('a'), assistant('x'), user('b')],
    ],
    ['no tool call that nobody answered', { commands: '-a-----b', replies: ['-qf|', '|'] }, [user('a'), user('b')]],
    [
      'a refusal that was stopped',
      { commands: '-a---s-b', replies: ['-j---|', '|'] },
      [user('a'), assistant('No'), user('b')],
    ],
    [
      'all turns in order',
      { commands: '-a----b----c', replies: ['-x#', '-#', '|'] },
      [user('a'), assistant('x'), user('b'), user('c')],
    ],
    [
      'a queued prompt that was stopped',
      { commands: '-abs-c', replies: ['-----x|', '|'], config: { policy: 'queue' } },
      [user('a'), user('b'), user('c')],
    ],
    [
      'the failed reply that a queued prompt waited for',
      { commands: '-ab', replies: ['-x--#', '|'], config: { policy: 'queue' } },
      [user('a'), assistant('x'), user('b')],
    ],
    [
      'no reply that is still arriving in parallel',
      { commands: '-ab--c', replies: ['-x------y|', '-z#', '|'], config: { policy: 'parallel' } },
      [user('b'), assistant('z'), user('c')],
    ],
    ['not the failed reply that is regenerated', { commands: '-a----g', replies: ['-x#', '|'] }, [user('a')]],
    [
      'only the turns before the reply that is regenerated',
      { commands: '-a---b---h', replies: ['-x#', '-y#', '|'] },
      [user('a')],
    ],
    [
      'the text of a regenerated reply that was stopped',
      { commands: '-a---g--s-b', replies: ['-x|', '-y---|', '|'] },
      [user('a'), assistant('y'), user('b')],
    ],
  ])('has %s', (_, exchange, expected) => {
    expect(messagesOf(exchange).at(-1)).toEqual(expected);
  });

  it('has the text of saved replies that were in flight', () => {
    const message = {
      id: undefined,
      model: undefined,
      role: 'assistant',
      reasoning: '',
      refusal: '',
      toolCalls: [],
      finishReason: undefined,
      extra: {},
    };
    const turns: readonly Turn[] = [
      { id: 'one', prompt: 'a', reply: { status: 'streaming', message: { ...message, content: 'x' } } },
      { id: 'two', prompt: 'b', reply: { status: 'queued', message: { ...message, content: '' } } },
    ];

    expect(messagesOf({ commands: 'c', replies: ['|'], config: { turns } })).toEqual([
      [user('a'), assistant('x'), user('b'), user('c')],
    ]);
  });

  it('has the text that was shown when a restarted reply was stopped', () => {
    let sent: unknown;
    runMarbles(({ chunks, cold, flush }) => {
      const client = listen(fakeClient([chunks('-x#', pieces[api], busy), NEVER, chunks('|')]));
      cold<ConversationCommand>('-a-------b', commandLetters)
        .pipe(converse(client, { request, retry: { restart: true } }))
        .subscribe();
      flush();
      sent = client.requests.at(-1)?.messages;
    });

    expect(sent).toEqual([user('a'), assistant('x'), user('b')]);
  });
});

describe('the history of a conversation', () => {
  it('reaches the server after a refused request and a broken connection', () => {
    runMarbles(({ chunks, cold, flush }) => {
      const transport = fakeTransport([
        { status: 400, body: { error: { message: 'Too long' } } },
        { body: chunks('r-x#') },
        { body: chunks('r-y-f|') },
      ]);
      const client = createClient({ baseURL: 'http://server.test/v1', transport });
      cold('a---b-----c', commandLetters)
        .pipe(converse(client, { request, system: 'Be brief', retry: false }))
        .subscribe();
      flush();

      expect(transport.requests.at(-1)?.json).toMatchObject({
        messages: [{ role: 'system', content: 'Be brief' }, user('a'), user('b'), assistant('x'), user('c')],
      });
    });
  });
});
