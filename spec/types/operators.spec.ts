import { expectTypeOf } from 'expect-type';
import {
  catchError,
  EMPTY,
  from,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  of,
  pipe,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import * as z from 'zod/mini';
import {
  accumulateMessage,
  accumulateObject,
  accumulateText,
  accumulateView,
  arrayItems,
  coalesceText,
  createClient,
  hedge,
  isLlmError,
  labelWith,
  measure,
  moderated,
  ofChoice,
  passesModeration,
  raceToFirstText,
  reasoningDeltas,
  refusalDeltas,
  retryOnRateLimit,
  retryTransient,
  textDeltas,
  throttleRender,
  throwIfAborted,
  throwIfRefused,
  throwIfTruncated,
  toAsyncIterable,
  toMessage,
  toMessageParam,
  toObject,
  toolCalls,
  toText,
  toUsage,
  withDeadlines,
  type AnswerValue,
  type AssistantMessage,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  type ChatMessage,
  type ChatView,
  type CompletionChunk,
  type LlmError,
  type Message,
  type ResponseEvent,
  type ResponseOutputItem,
  type RetryNotice,
  type StreamTiming,
  type ToolCall,
  type ToolCallParam,
  type Usage,
} from '../../src/index.js';
import { misuse } from './misuse.js';

const client = createClient({ baseURL: 'http://localhost/v1' });
const request: ChatCompletionRequest = { model: 'm', messages: [{ role: 'user', content: 'Hello!' }] };
const chat = client.chat(request);
const legacy = client.completions({ model: 'm', prompt: 'Hello!' });
const response = client.responses({ model: 'm', input: 'Hello!' });
const either: Observable<ChatCompletionChunk | ResponseEvent> = merge(chat, response);
const texts = chat.pipe(textDeltas());
const { signal } = new AbortController();

describe('types of clients and operators', () => {
  describe('without annotations', () => {
    it('operators infer their output from chunks', () => {
      expectTypeOf(chat).toEqualTypeOf<Observable<ChatCompletionChunk>>();
      expectTypeOf(legacy).toEqualTypeOf<Observable<CompletionChunk>>();
      expectTypeOf(texts).toEqualTypeOf<Observable<string>>();
      expectTypeOf(legacy.pipe(textDeltas(1))).toEqualTypeOf<Observable<string>>();
      expectTypeOf(chat.pipe(reasoningDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(chat.pipe(refusalDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(texts.pipe(accumulateText())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(texts.pipe(toText())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(texts.pipe(moderated(passesModeration(client)))).toEqualTypeOf<Observable<string>>();
      expectTypeOf(texts.pipe(moderated((text) => text.length < 9))).toEqualTypeOf<Observable<string>>();
      expectTypeOf(texts.pipe(moderated((text) => Promise.resolve(text !== '')))).toEqualTypeOf<Observable<string>>();
      expectTypeOf(chat.pipe(accumulateMessage())).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(legacy.pipe(accumulateMessage())).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(chat.pipe(toUsage())).toEqualTypeOf<Observable<Usage>>();
      expectTypeOf(chat.pipe(toolCalls())).toEqualTypeOf<Observable<ToolCall>>();
      expectTypeOf(() => lastValueFrom(chat.pipe(toMessage()))).returns.resolves.toEqualTypeOf<Message>();
    });

    it('operators infer their output from response events, and from a union of both', () => {
      expectTypeOf(response).toEqualTypeOf<Observable<ResponseEvent>>();
      expectTypeOf(response.pipe(textDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(response.pipe(reasoningDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(response.pipe(refusalDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(response.pipe(toolCalls())).toEqualTypeOf<Observable<ToolCall>>();
      expectTypeOf(response.pipe(toUsage())).toEqualTypeOf<Observable<Usage>>();
      expectTypeOf(response.pipe(accumulateMessage())).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(response.pipe(accumulateView())).toEqualTypeOf<Observable<ChatView>>();
      expectTypeOf(response.pipe(throwIfTruncated(), toMessage())).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(
        response.pipe(
          throwIfTruncated(),
          measure(() => undefined),
        ),
      ).toEqualTypeOf<Observable<ResponseEvent>>();
      expectTypeOf(hedge(response, { after: 100 })).toEqualTypeOf<Observable<ResponseEvent>>();
      expectTypeOf(raceToFirstText([chat, response])).toEqualTypeOf<typeof either>();
      expectTypeOf(response.pipe(throwIfRefused())).toEqualTypeOf<Observable<ResponseEvent>>();
      expectTypeOf(either.pipe(throwIfTruncated(), throwIfRefused(), ofChoice(0))).toEqualTypeOf<typeof either>();
      expectTypeOf(either.pipe(textDeltas())).toEqualTypeOf<Observable<string>>();
      expectTypeOf<Message['output']>().toEqualTypeOf<readonly ResponseOutputItem[] | undefined>();
    });

    it('values have the output of their schema, and what grows may lack any field of its input', () => {
      const Count = z.pipe(z.string(), z.transform(Number));
      const Recipe = z.object({ title: z.string(), steps: z.array(z.object({ minutes: Count })) });
      interface Whole {
        title: string;
        steps: { minutes: number }[];
      }
      interface Growing {
        readonly title?: string;
        readonly steps?: readonly { readonly minutes?: string }[];
      }

      expectTypeOf(texts.pipe(toObject(Recipe))).toEqualTypeOf<Observable<Whole>>();
      expectTypeOf(texts.pipe(arrayItems(Recipe, { path: ['recipes', 0] }))).toEqualTypeOf<Observable<Whole>>();
      expectTypeOf(texts.pipe(accumulateObject(Recipe))).toEqualTypeOf<Observable<Growing | Whole>>();
      texts.pipe(
        accumulateObject(Recipe),
        map(({ title, steps }) => {
          expectTypeOf(title).toEqualTypeOf<string | undefined>();
          expectTypeOf(steps?.[0]?.minutes).toEqualTypeOf<string | number | undefined>();
        }),
      );
    });

    it('an event is narrowed by its type between operators', () => {
      const message = response.pipe(
        throwIfTruncated(),
        tap((event) => {
          switch (event.type) {
            case 'response.output_text.delta':
              expectTypeOf(event.delta).toEqualTypeOf<string>();
              break;
            case 'response.output_item.done':
              expectTypeOf(event.item).toEqualTypeOf<ResponseOutputItem>();
              break;
            default:
          }
        }),
        toMessage(),
      );

      expectTypeOf(message).toEqualTypeOf<Observable<Message>>();
    });

    it('operators that guard, delay, retry and measure keep the type of their source', () => {
      const guarded = chat.pipe(
        retryOnRateLimit(),
        retryTransient({ count: 4 }),
        withDeadlines({ idle: 1000 }),
        ofChoice(1),
        throwIfTruncated(),
        throwIfRefused(1),
        throwIfAborted(signal),
        measure(() => undefined),
      );

      expectTypeOf(guarded).toEqualTypeOf<Observable<ChatCompletionChunk>>();
      expectTypeOf(legacy.pipe(ofChoice(1), throwIfTruncated())).toEqualTypeOf<Observable<CompletionChunk>>();
      expectTypeOf(chat.pipe(accumulateMessage(), throttleRender())).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(texts.pipe(coalesceText(50))).toEqualTypeOf<Observable<string>>();
      expectTypeOf(of(1).pipe(throwIfAborted(signal), retryTransient())).toEqualTypeOf<Observable<number>>();
    });

    it('a pipeline is inferred as an operator', () => {
      const answers = pipe(throwIfTruncated(), toMessage());
      const prompts = from(['a', 'b']).pipe(
        switchMap((content) => client.chat({ model: 'm', messages: [{ role: 'user', content }] }).pipe(answers)),
      );

      expectTypeOf(prompts).toEqualTypeOf<Observable<Message>>();
      expectTypeOf(answers).parameter(0).toEqualTypeOf<Observable<AnswerValue>>();
      expectTypeOf(response.pipe(answers)).toEqualTypeOf<Observable<Message>>();
    });

    it('callback parameters are inferred', () => {
      chat.pipe(
        retryTransient({
          when: (error, attempt) => {
            expectTypeOf(attempt).toEqualTypeOf<number>();
            return isLlmError(error) && error.kind !== 'server';
          },
          notify: (notice) => expectTypeOf(notice).toEqualTypeOf<RetryNotice>(),
        }),
        measure((timing) => expectTypeOf(timing).toEqualTypeOf<StreamTiming>()),
        toolCalls(),
        mergeMap(({ name, arguments: json }) => of([name, json] as const)),
        map((call) => expectTypeOf(call).toEqualTypeOf<readonly [string, string]>()),
      );
      toAsyncIterable(texts, {
        overflow: (pending, text) => {
          expectTypeOf([pending, text]).toEqualTypeOf<string[]>();
          return pending + text;
        },
      });
      texts.pipe(
        catchError((error: unknown) => {
          if (isLlmError(error)) {
            expectTypeOf(error).toEqualTypeOf<LlmError>();
          }
          return EMPTY;
        }),
      );
      expectTypeOf(toAsyncIterable(texts)).toEqualTypeOf<AsyncIterable<string>>();
    });

    it('labels are literals that discriminate the values of merged streams', () => {
      const merged = merge(texts.pipe(labelWith('text')), chat.pipe(toUsage(), labelWith('usage')));

      merged.pipe(
        map((item) => {
          if (item.label === 'usage') {
            expectTypeOf(item.value).toEqualTypeOf<Usage>();
          } else {
            expectTypeOf(item).toEqualTypeOf<{ readonly label: 'text'; readonly value: string }>();
          }
        }),
      );
    });

    it('a message is accepted in the next request, with tool results after it', () => {
      type HistoryMessage = ChatCompletionRequest['messages'][number];
      const answered = (message: Message): readonly ChatMessage[] => [
        toMessageParam(message),
        ...message.toolCalls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: '' }) as const),
      ];

      expectTypeOf(toMessageParam).returns.toEqualTypeOf<AssistantMessage>();
      expectTypeOf(toMessageParam).returns.toExtend<HistoryMessage>();
      expectTypeOf<AssistantMessage['tool_calls']>().toEqualTypeOf<readonly ToolCallParam[] | undefined>();
      expectTypeOf(answered).returns.toExtend<ChatCompletionRequest['messages']>();
      expectTypeOf((messages: readonly Message[]) => messages.map(toMessageParam)).returns.toExtend<
        ChatCompletionRequest['messages']
      >();
    });
  });

  describe('does not compile', () => {
    it('an operator for chunks after text, and one for text after chunks', () => {
      // @ts-expect-error: text has no choices
      misuse(() => texts.pipe(textDeltas()));
      // @ts-expect-error: text has no usage
      misuse(() => texts.pipe(toUsage()));
      // @ts-expect-error: text has no finish reason
      misuse(() => texts.pipe(throwIfTruncated()));
      // @ts-expect-error: chunks are not text
      misuse(() => chat.pipe(accumulateText()));
      // @ts-expect-error: neither are events
      misuse(() => response.pipe(accumulateText()));
      // @ts-expect-error: chunks are not text
      misuse(() => chat.pipe(toObject(z.string())));
      // @ts-expect-error: chunks are not text
      misuse(() => chat.pipe(coalesceText(50)));
      // @ts-expect-error: chunks are not text
      misuse(() => chat.pipe(moderated(() => true)));
      // @ts-expect-error: a message has no choices any more
      misuse(() => chat.pipe(toMessage(), ofChoice(0)));
    });

    it('an operator that is not called', () => {
      // @ts-expect-error: textDeltas() returns the operator
      misuse(() => chat.pipe(textDeltas));
      // @ts-expect-error: throwIfTruncated() returns the operator
      misuse(() => chat.pipe(throwIfTruncated));
    });

    it('an argument of the wrong kind', () => {
      // @ts-expect-error: choices are numbered
      misuse(() => textDeltas('first'));
      // @ts-expect-error: there is no default choice
      misuse(() => ofChoice());
      // @ts-expect-error: the signal is a field of the controller
      misuse(() => throwIfAborted(new AbortController()));
      // @ts-expect-error: a chunk is not a message
      misuse(() => chat.pipe(map((chunk) => toMessageParam(chunk))));
      // @ts-expect-error: a check says true or false
      misuse(() => moderated((text) => text.length));
      // @ts-expect-error: what moderates is a client
      misuse(() => passesModeration({ baseURL: 'http://localhost/v1' }));
      // @ts-expect-error: there is no such overflow
      misuse(() => toAsyncIterable(texts, { overflow: 'drop-newest' }));
    });

    it('an unknown or misspelt field', () => {
      // @ts-expect-error: the field is named count
      misuse(() => retryTransient({ retries: 3 }));
      // @ts-expect-error: deadlines have names
      misuse(() => withDeadlines({ timeout: 1000 }));
      // @ts-expect-error: the field is named toolCalls
      misuse(() => accumulateMessage(0, { maxToolCalls: 3 }));
      // @ts-expect-error: retries are operators
      misuse(() => createClient({ maxRetries: 3 }));
      // @ts-expect-error: messages are missing
      misuse(() => client.chat({ model: 'm' }));
    });

    it('changing a snapshot', () => {
      const change = (message: Message): void => {
        // @ts-expect-error: snapshots are immutable
        misuse(() => (message.content = ''));
        // @ts-expect-error: so are their lists
        misuse(() => (message.toolCalls.length = 0));
        // @ts-expect-error: and their objects
        misuse(() => (message.extra['key'] = 1));
      };

      expectTypeOf(change).parameter(0).toEqualTypeOf<Message>();
    });
  });
});
