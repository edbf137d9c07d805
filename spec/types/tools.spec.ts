import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import {
  type ChatCompletionChunk,
  type ChatMessage,
  createClient,
  type ResponseEvent,
  type ResponseInputItem,
  runChunks,
  runTools,
  type ToolCall,
  textDeltas,
  type ToolRunEvent,
} from '../../src/index.js';

const client = createClient({ baseURL: 'http://localhost/v1' });
const request = { model: 'm', messages: [{ role: 'user', content: 'Hello!' }] } as const;

describe('types of tool runs', () => {
  it('are those of the API, without annotations', () => {
    const chat = runTools(client, { request, tools: [] });
    const responses = runTools(client, { api: 'responses', request: { input: 'Hello!' }, tools: [] });

    expectTypeOf(chat).toEqualTypeOf<Observable<ToolRunEvent<'chat'>>>();
    expectTypeOf(responses).toEqualTypeOf<Observable<ToolRunEvent<'responses'>>>();
    expectTypeOf(chat.pipe(runChunks())).toEqualTypeOf<Observable<ChatCompletionChunk>>();
    expectTypeOf(responses.pipe(runChunks())).toEqualTypeOf<Observable<ResponseEvent>>();
    expectTypeOf(chat.pipe(runChunks(), textDeltas())).toEqualTypeOf<Observable<string>>();
    expectTypeOf<Extract<ToolRunEvent<'chat'>, { type: 'turn' }>['history']>().toEqualTypeOf<readonly ChatMessage[]>();
    expectTypeOf<Extract<ToolRunEvent<'responses'>, { type: 'turn' }>['history']>().toEqualTypeOf<
      readonly ResponseInputItem[]
    >();
  });

  it('need no more of a client than the method of the API', () => {
    runTools({ chat: client.chat }, { request, tools: [] });
    runTools({ responses: client.responses }, { api: 'responses', request: {}, tools: [] });
    // @ts-expect-error -- The method is missing.
    expect(() => runTools({ responses: client.responses }, { request, tools: [] })).toThrow(TypeError);
  });

  it('give approve its arguments', () => {
    runTools(client, {
      request,
      tools: [],
      approve: (call, { turn, signal }) => {
        expectTypeOf(call).toEqualTypeOf<ToolCall>();
        expectTypeOf(turn).toEqualTypeOf<number>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        return true;
      },
    });
    expect.assertions(0);
  });
});
