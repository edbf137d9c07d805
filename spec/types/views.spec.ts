import { expectTypeOf } from 'expect-type';
import { EMPTY, type Observable, of } from 'rxjs';
import type { ConversationConfig } from '../../src/angular/index.js';
import {
  accumulateRun,
  accumulateView,
  converse,
  createClient,
  type ChatMessage,
  type ChatView,
  type ConversationView,
  type ConverseConfig,
  type ErrorKind,
  historyOf,
  isLlmError,
  type ReplyError,
  type ResponseInputItem,
  type RunnableTool,
  type RunView,
  tool,
  type ToolCall,
  toInputItems,
  type ToolRunEvent,
  type Turn,
} from '../../src/index.js';
import { fakeClient, runMarbles, type MarbleHelpers } from '../../src/testing/index.js';
import { misuse } from './misuse.js';

const client = createClient({ baseURL: 'http://localhost/v1' });
const prompts = of('Hello!');

describe('types of views and marble tests', () => {
  describe('without annotations', () => {
    it('a view is inferred', () => {
      expectTypeOf(
        client.chat({ model: 'm', messages: [{ role: 'user', content: 'Hello!' }] }).pipe(accumulateView()),
      ).toEqualTypeOf<Observable<ChatView>>();
    });

    it('the view of a run is inferred, over any API', () => {
      expectTypeOf((EMPTY as Observable<ToolRunEvent<'chat'>>).pipe(accumulateRun())).toEqualTypeOf<
        Observable<RunView>
      >();
      expectTypeOf((EMPTY as Observable<ToolRunEvent<'responses'>>).pipe(accumulateRun())).toEqualTypeOf<
        Observable<RunView>
      >();
    });

    it('a run has statuses to switch over, and calls whose results may be anything', () => {
      const read = ({ status, turns, error, usage }: RunView): readonly unknown[] => {
        expectTypeOf(status).toEqualTypeOf<'waiting' | 'streaming' | 'calling' | 'done' | 'failed'>();
        expectTypeOf(error?.kind).toEqualTypeOf<ErrorKind | undefined>();
        expectTypeOf(usage?.totalTokens).toEqualTypeOf<number | undefined>();
        return turns.flatMap(({ message, calls }) => [
          message.content,
          ...calls.map(({ call, status: state, progress, content }) => {
            expectTypeOf(state).toEqualTypeOf<'waiting' | 'running' | 'done' | 'failed'>();
            expectTypeOf(progress).toEqualTypeOf<unknown>();
            expectTypeOf(content).toEqualTypeOf<string | undefined>();
            return call.name;
          }),
        ]);
      };
      expect(read({ status: 'waiting', turns: [] })).toEqual([]);
    });

    it('the error of a view has a message, and a kind if it is of this package', () => {
      const read = ({ error }: ChatView): readonly unknown[] => {
        expectTypeOf(error?.message).toEqualTypeOf<string | undefined>();
        expectTypeOf(error?.kind).toEqualTypeOf<ErrorKind | undefined>();
        expectTypeOf(error?.retryAfter).toEqualTypeOf<number | undefined>();
        expectTypeOf(new RangeError('no model')).toExtend<ReplyError>();
        return isLlmError(error) ? [error.retryable] : [];
      };

      expectTypeOf(read).returns.toEqualTypeOf<readonly unknown[]>();
    });

    it('a conversation is inferred from a real and from a fake client', () => {
      expectTypeOf(
        prompts.pipe(converse(client, { request: { model: 'm', temperature: 0, custom: 'x' } })),
      ).toEqualTypeOf<Observable<ConversationView>>();
      expectTypeOf(prompts.pipe(converse(fakeClient(EMPTY), { request: () => ({ model: 'm' }) }))).toEqualTypeOf<
        Observable<ConversationView>
      >();
      converse(client, {
        request: (turns) => {
          expectTypeOf(turns).toEqualTypeOf<readonly Turn[]>();
          return { model: 'm' };
        },
      });
    });

    it('the history and the request of a conversation are those of its API', () => {
      converse(client, {
        history: (turns) => {
          expectTypeOf(turns).toEqualTypeOf<readonly Turn[]>();
          expectTypeOf(historyOf(turns)).toEqualTypeOf<readonly ChatMessage[]>();
          return historyOf(turns);
        },
        request: { model: 'm' },
      });
      converse(client, {
        api: 'responses',
        request: (turns) => {
          expectTypeOf(turns).toEqualTypeOf<readonly Turn[]>();
          return { conversation: 'conv_1', store: true, custom: 'x' };
        },
        history: (turns) => {
          expectTypeOf(turns).toEqualTypeOf<readonly Turn[]>();
          expectTypeOf(historyOf(turns, { api: 'responses' })).toEqualTypeOf<readonly ResponseInputItem[]>();
          return turns.flatMap(({ reply }) => toInputItems(reply.message));
        },
      });
      converse(client, { request: { model: 'm' }, history: historyOf });
      converse(client, { api: 'chat', request: { model: 'm' } });
    });

    it('the run of a reply, and what approves its calls', () => {
      const weather = tool({ name: 'weather', parameters: { type: 'object' }, run: () => 'sunny' });
      const config: ConverseConfig = { request: { model: 'm' }, tools: [weather], maxTurns: 2 };

      expectTypeOf<ChatView['run']>().toEqualTypeOf<RunView | undefined>();
      expectTypeOf(prompts.pipe(converse(client, config))).toEqualTypeOf<Observable<ConversationView>>();
      converse(client, {
        api: 'responses',
        request: {},
        tools: [weather],
        approve: (call, { turn, signal }) => {
          expectTypeOf(call).toEqualTypeOf<ToolCall>();
          expectTypeOf(turn).toEqualTypeOf<number>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          return of(true);
        },
      });
      converse(client, { request: { model: 'm' }, tools: [weather], approve: () => Promise.resolve(true) });
      expectTypeOf<ConversationConfig['tools']>().toEqualTypeOf<readonly RunnableTool[] | undefined>();
    });

    it('a configuration can be kept, and a client may have one API only', () => {
      const config: ConverseConfig = { api: 'responses', request: { prompt: { id: 'pmpt_1' } } };
      const { responses } = client;

      expectTypeOf(prompts.pipe(converse({ responses }, config))).toEqualTypeOf<Observable<ConversationView>>();
      expectTypeOf(config.request).not.toBeFunction();
      expectTypeOf<ConversationConfig['api']>().toEqualTypeOf<'chat' | 'responses' | undefined>();
    });

    it('the helpers of a marble test are inferred', () => {
      runMarbles((helpers) => {
        expectTypeOf(helpers).toEqualTypeOf<MarbleHelpers>();
      });
      runMarbles(({ chunks }) => chunks('|'));
    });
  });

  describe('does not compile', () => {
    it('a tool that tool() did not create', () => {
      // @ts-expect-error: the wire form of a tool belongs into the request
      misuse(() => converse(client, { request: { model: 'm' }, tools: [{ type: 'function' }] }));
      // @ts-expect-error: approve gives true or false
      misuse(() => converse(client, { request: { model: 'm' }, tools: [], approve: () => 'yes' }));
    });

    it('messages in the request of a conversation, which adds them', () => {
      // @ts-expect-error: the conversation adds the messages
      misuse(() => converse(client, { request: { model: 'm', messages: [] } }));
      // @ts-expect-error: also if a function returns the request
      misuse(() => converse(client, { request: () => ({ model: 'm', messages: [] }) }));
      // @ts-expect-error: the model is missing
      misuse(() => converse(client, { request: { temperature: 0 } }));
    });

    it('a conversation of one API with the fields of another', () => {
      // @ts-expect-error: the conversation adds the input
      misuse(() => converse(client, { api: 'responses', request: { model: 'm', input: 'Hi' } }));
      // @ts-expect-error: also if a function returns the request
      misuse(() => converse(client, { api: 'responses', request: () => ({ input: 'Hi' }) }));
      // @ts-expect-error: messages are no input items
      misuse(() => converse(client, { api: 'responses', request: {}, history: historyOf }));
      // @ts-expect-error: a request to chat names its model
      misuse(() => converse(client, { request: { conversation: 'conv_1' } }));
      // @ts-expect-error: there is no such API
      misuse(() => converse(client, { api: 'completions', request: { model: 'm' } }));
      // @ts-expect-error: a client without any of the APIs
      misuse(() => converse({ models: client.models }, { request: { model: 'm' } }));
    });

    it('a policy or a command that does not exist', () => {
      // @ts-expect-error: there is no such policy
      misuse(() => converse(client, { request: { model: 'm' }, policy: 'latest' }));
      // @ts-expect-error: there is no such command
      misuse(() => of({ type: 'pause' } as const).pipe(converse(client, { request: { model: 'm' } })));
    });

    it('an async marble test', () => {
      // @ts-expect-error: promises do not run in virtual time
      misuse(() => runMarbles(async () => Promise.resolve()));
      // @ts-expect-error: nor if one is returned
      misuse(() => runMarbles(() => Promise.resolve(1)));
    });
  });
});
