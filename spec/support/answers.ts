import { defer, of, type Observable } from 'rxjs';
import type { ChatCompletionRequest } from '../../src/schemas/chat-completion-request.js';
import type { Transport, TransportEvent, TransportRequest } from '../../src/transport/transport.js';
import { data, head } from './transport-events.js';

/** A minimal request. */
export const chatRequest: ChatCompletionRequest = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };

/** Formats events of a stream: strings as they are, anything else as JSON. */
export function eventStream(...payloads: readonly unknown[]): string {
  return payloads
    .map((payload) => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`)
    .join('');
}

/** Creates a chunk with text. */
export function textChunk(content: string, finish_reason: string | null = null): object {
  return { id: 'chat-1', choices: [{ index: 0, delta: { content }, finish_reason }] };
}

/** A whole answer with the text "Hello". */
export const hello = eventStream(textChunk('Hel'), textChunk('lo', 'stop'), '[DONE]');

/** Creates a whole exchange that emits synchronously. */
export function answer(
  body: string,
  { status = 200, headers = { 'content-type': 'text/event-stream' } }: AnswerConfig = {},
): Observable<TransportEvent> {
  return of(head(status, headers), data(body));
}

/** The head of an {@link answer}. */
export interface AnswerConfig {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A scripted transport, and the requests it received. */
export interface FakeTransport {
  readonly transport: Transport;
  readonly requests: readonly TransportRequest[];
}

/** Creates a transport that answers with the given exchanges in turn; the last is repeated. */
export function fakeTransport(...exchanges: readonly Observable<TransportEvent>[]): FakeTransport {
  const requests: TransportRequest[] = [];
  const transport: Transport = (request) =>
    defer(() => {
      requests.push(request);
      return exchanges[Math.min(requests.length, exchanges.length) - 1] ?? answer(hello);
    });
  return { transport, requests };
}
