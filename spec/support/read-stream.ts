import { concat, EMPTY, from, type Observable, throwError } from 'rxjs';
import { type Client, createClient } from '../../src/client/create-client.js';
import type { Message, ToolCall } from '../../src/schemas/message.js';
import { accumulateMessage } from '../../src/operators/accumulate-message.js';
import { toolCalls } from '../../src/operators/tool-calls.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../../src/schemas/chat-completion-request.js';
import { answer, chatRequest, eventStream, fakeTransport } from './answers.js';

/** What a user of the client gets from one stream. */
export interface ReadStream {
  readonly chunks: readonly ChatCompletionChunk[];
  /** The last snapshot; `undefined` if there was no chunk. */
  readonly message: Message | undefined;
  /** What `toolCalls()` emits. */
  readonly calls: readonly ToolCall[];
  /** `undefined` if the stream completes. */
  readonly error: unknown;
}

/** Reads a chat stream with these data: strings as they are, anything else as JSON. */
export function readStream(payloads: readonly unknown[], request?: Partial<ChatCompletionRequest>): ReadStream {
  return readBody(eventStream(...payloads), request);
}

/** Reads the body of a chat stream. */
export function readBody(body: string, request: Partial<ChatCompletionRequest> = {}): ReadStream {
  const chunks: ChatCompletionChunk[] = [];
  const calls: ToolCall[] = [];
  let end: Observable<never> = EMPTY;
  let error: unknown;
  let message: Message | undefined;
  clientFor(body)
    .chat({ ...chatRequest, ...request })
    .subscribe({
      next: (chunk) => chunks.push(chunk),
      error: (reason: unknown) => {
        error = reason;
        end = throwError(() => reason);
      },
    });
  const again = concat(from(structuredClone(chunks)), end);
  const ignore = { error: (): undefined => undefined };
  again.pipe(accumulateMessage()).subscribe({ ...ignore, next: (snapshot) => (message = snapshot) });
  again.pipe(toolCalls()).subscribe({ ...ignore, next: (call) => calls.push(call) });
  return { chunks, message, calls, error };
}

/** Creates a client of a server that answers with this body. */
export function clientFor(body: string): Client {
  return createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(answer(body)).transport });
}
