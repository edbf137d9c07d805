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
  type Observable,
} from 'rxjs';
import {
  accumulateMessage,
  accumulateText,
  coalesceText,
  createClient,
  isLlmError,
  labelWith,
  measure,
  ofChoice,
  reasoningDeltas,
  refusalDeltas,
  retryOnRateLimit,
  retryTransient,
  textDeltas,
  throttleRender,
  throwIfAborted,
  throwIfTruncated,
  toAsyncIterable,
  toMessage,
  toMessageParam,
  toolCalls,
  toText,
  toUsage,
  withDeadlines,
  type AssistantMessage,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  type ChatMessage,
  type CompletionChunk,
  type LlmError,
  type Message,
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
const texts = chat.pipe(textDeltas());
const { signal } = new AbortController();

describe('without annotations', () => {
  it('chunks become what the operators say', () => {
    expectTypeOf(chat).toEqualTypeOf<Observable<ChatCompletionChunk>>();
    expectTypeOf(legacy).toEqualTypeOf<Observable<CompletionChunk>>();
    expectTypeOf(texts).toEqualTypeOf<Observable<string>>();
    expectTypeOf(legacy.pipe(textDeltas(1))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(chat.pipe(reasoningDeltas())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(chat.pipe(refusalDeltas())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(texts.pipe(accumulateText())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(texts.pipe(toText())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(chat.pipe(accumulateMessage())).toEqualTypeOf<Observable<Message>>();
    expectTypeOf(legacy.pipe(accumulateMessage())).toEqualTypeOf<Observable<Message>>();
    expectTypeOf(chat.pipe(toUsage())).toEqualTypeOf<Observable<Usage>>();
    expectTypeOf(chat.pipe(toolCalls())).toEqualTypeOf<Observable<ToolCall>>();
    expectTypeOf(() => lastValueFrom(chat.pipe(toMessage()))).returns.resolves.toEqualTypeOf<Message>();
  });

  it('what guards, paces, retries and measures keeps the type of what passes', () => {
    const guarded = chat.pipe(
      retryOnRateLimit(),
      retryTransient({ count: 4 }),
      withDeadlines({ idle: 1000 }),
      ofChoice(1),
      throwIfTruncated(),
      throwIfAborted(signal),
      measure(() => undefined),
    );

    expectTypeOf(guarded).toEqualTypeOf<Observable<ChatCompletionChunk>>();
    expectTypeOf(legacy.pipe(ofChoice(1), throwIfTruncated())).toEqualTypeOf<Observable<CompletionChunk>>();
    expectTypeOf(chat.pipe(accumulateMessage(), throttleRender())).toEqualTypeOf<Observable<Message>>();
    expectTypeOf(texts.pipe(coalesceText(50))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(of(1).pipe(throwIfAborted(signal), retryTransient())).toEqualTypeOf<Observable<number>>();
  });

  it('a pipeline is an operator of its own', () => {
    const answers = pipe(throwIfTruncated(), toMessage());
    const prompts = from(['a', 'b']).pipe(
      switchMap((content) => client.chat({ model: 'm', messages: [{ role: 'user', content }] }).pipe(answers)),
    );

    expectTypeOf(prompts).toEqualTypeOf<Observable<Message>>();
  });

  it('callbacks know what they are given', () => {
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

  it('labels are literals that tell the values of merged streams apart', () => {
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

  it('a message fits into the next request, with the answers of tools behind it', () => {
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
  it('an operator for chunks behind text, and one for text behind chunks', () => {
    // @ts-expect-error: text has no choices
    misuse(() => texts.pipe(textDeltas()));
    // @ts-expect-error: text has no usage
    misuse(() => texts.pipe(toUsage()));
    // @ts-expect-error: text has no finish reason
    misuse(() => texts.pipe(throwIfTruncated()));
    // @ts-expect-error: chunks are no text
    misuse(() => chat.pipe(accumulateText()));
    // @ts-expect-error: chunks are no text
    misuse(() => chat.pipe(coalesceText(50)));
    // @ts-expect-error: a message has no choices any more
    misuse(() => chat.pipe(toMessage(), ofChoice(0)));
  });

  it('an operator that is not called', () => {
    // @ts-expect-error: textDeltas() makes the operator
    misuse(() => chat.pipe(textDeltas));
    // @ts-expect-error: throwIfTruncated() makes the operator
    misuse(() => chat.pipe(throwIfTruncated));
  });

  it('an argument of the wrong kind', () => {
    // @ts-expect-error: choices are numbered
    misuse(() => textDeltas('first'));
    // @ts-expect-error: there is no default choice
    misuse(() => ofChoice());
    // @ts-expect-error: the signal is a field of the controller
    misuse(() => throwIfAborted(new AbortController()));
    // @ts-expect-error: a chunk is no message
    misuse(() => chat.pipe(map((chunk) => toMessageParam(chunk))));
    // @ts-expect-error: there is no such overflow
    misuse(() => toAsyncIterable(texts, { overflow: 'drop-newest' }));
  });

  it("a field that is another library's, or misspelt", () => {
    // @ts-expect-error: the field is named count
    misuse(() => retryTransient({ retries: 3 }));
    // @ts-expect-error: deadlines have names
    misuse(() => withDeadlines({ timeout: 1000 }));
    // @ts-expect-error: the field is named toolCalls
    misuse(() => accumulateMessage(0, { maxToolCalls: 3 }));
    // @ts-expect-error: retrying is for operators
    misuse(() => createClient({ maxRetries: 3 }));
    // @ts-expect-error: messages are missing
    misuse(() => client.chat({ model: 'm' }));
  });

  it('changing a snapshot', () => {
    const change = (message: Message): void => {
      // @ts-expect-error: snapshots are immutable
      misuse(() => (message.content = ''));
      // @ts-expect-error: and what they hold is too
      misuse(() => (message.toolCalls.length = 0));
      // @ts-expect-error: in depth
      misuse(() => (message.extra['key'] = 1));
    };

    expectTypeOf(change).parameter(0).toEqualTypeOf<Message>();
  });
});
