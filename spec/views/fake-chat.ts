import { type Observable, type OperatorFunction, throwError } from 'rxjs';
import {
  type AnswerValue,
  type ChatConverseConfig,
  type Client,
  type ConversationClient,
  type ConversationCommand,
  type ConversationView,
  converse,
  type ConverseConfig,
  type Turn,
} from '../../src/index.js';
import { responseCreated, responseTextDelta } from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';

/** What a conversation asked, in the same form for every API. */
export interface Asked {
  readonly model?: string;
  readonly system?: string | undefined;
  /** The history and the prompt. */
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/** A client that records its requests. */
export type FakeChat = ConversationClient & { readonly requests: readonly Asked[] };

/** The options of `converse` that are the same for every API. */
export type CommonConfig = Omit<ChatConverseConfig, 'api' | 'history'> & {
  readonly history?: ((turns: readonly Turn[]) => readonly object[]) | undefined;
};

/** Conversations over one API. */
export interface ConversationOver {
  readonly api: string;
  readonly converse: (
    client: ConversationClient,
    config: CommonConfig,
  ) => OperatorFunction<ConversationCommand, ConversationView>;
  /** Creates a client with one reply per request, in order. */
  readonly fakeChat: (...replies: readonly Observable<AnswerValue>[]) => FakeChat;
  /** Records the requests to a client. */
  readonly listen: (client: Client) => FakeChat;
  /** Creates a client from a function of the request. */
  readonly clientOf: (ask: (asked: Asked) => Observable<AnswerValue>) => ConversationClient;
  /** Begins an answer. */
  readonly role: AnswerValue;
  /** Values with a letter as text, by letter. */
  readonly letters: Readonly<Record<'x' | 'y' | 'z', AnswerValue>>;
}

interface Over<Request> {
  readonly api: 'chat' | 'responses';
  readonly toAsked: (request: Request) => Asked;
  readonly role: AnswerValue;
  readonly toValue: (text: string) => AnswerValue;
}

function over<Request>({ api, toAsked, role, toValue }: Over<Request>): ConversationOver {
  const answerWith = (answer: (asked: Asked, request: never) => Observable<AnswerValue>): ConversationClient =>
    ({ [api]: (request: Request) => answer(toAsked(request), request as never) }) as unknown as ConversationClient;
  return {
    api,
    converse: (client, config) => converse(client, { api, ...config } as ConverseConfig),
    fakeChat: (...replies) => {
      const requests: Asked[] = [];
      const next = (): Observable<AnswerValue> =>
        replies[requests.length - 1] ?? throwError(() => new Error(`request ${requests.length} was not expected`));
      return { ...answerWith((asked) => (requests.push(asked), next())), requests };
    },
    listen: (client) => {
      const requests: Asked[] = [];
      return { ...answerWith((asked, request) => (requests.push(asked), client[api](request))), requests };
    },
    clientOf: answerWith,
    role,
    letters: { x: toValue('x'), y: toValue('y'), z: toValue('z') },
  };
}

/** Every API of `converse`. */
export const everyApi: readonly ConversationOver[] = [
  over<Asked>({
    api: 'chat',
    toAsked: ({ messages: [first, ...others], ...fields }) =>
      first?.role === 'system'
        ? { ...fields, system: first.content as string, messages: others }
        : { ...fields, messages: [first!, ...others] },
    role: chatChunk({ role: 'assistant', content: '' }),
    toValue: (content) => chatChunk({ content }),
  }),
  over<{ readonly input: Asked['messages']; readonly instructions?: string }>({
    api: 'responses',
    toAsked: ({ input: messages, instructions: system, ...fields }) => ({ ...fields, system, messages }),
    role: responseCreated({ id: 'chat-1' }),
    toValue: (text) => responseTextDelta(text),
  }),
];

/** Formats a conversation on one line, such as `a:done=xy b:waiting`. */
export function summaryOf({ turns }: ConversationView): string {
  return turns
    .map(({ prompt, reply: { status, message } }) => {
      const content = message.content && `=${message.content}`;
      return `${JSON.stringify(prompt).replaceAll('"', '')}:${status}${content}`;
    })
    .join(' ');
}

/** Creates a saved turn. */
export function turn(id: string, content: string, status: Turn['reply']['status'] = 'done'): Turn {
  const message = {
    id: undefined,
    model: undefined,
    role: 'assistant',
    content,
    reasoning: '',
    refusal: '',
    toolCalls: [],
    finishReason: 'stop',
    extra: {},
  };
  return { id, prompt: id.toUpperCase(), reply: { status, message } };
}
