import { concat, EMPTY, from, noop, type OperatorFunction, throwError } from 'rxjs';
import { type Client, createClient } from '../../src/client/create-client.js';
import { ProtocolError } from '../../src/errors/protocol-error.js';
import type { AnswerValue } from '../../src/formats/answer-formats.js';
import { toMessage } from '../../src/operators/accumulate-message.js';
import { reasoningDeltas, refusalDeltas, textDeltas } from '../../src/operators/text-deltas.js';
import type { Message } from '../../src/schemas/message.js';
import type { ResponseEvent } from '../../src/schemas/response-event.js';
import { answer, type AnswerConfig, fakeTransport } from './answers.js';

/** What a user gets from one stream of a response. */
export interface ReadResponse {
  readonly events: readonly ResponseEvent[];
  readonly message: Message;
  /** What the deltas of each kind of text join to. */
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  /** `undefined` if the stream completes. */
  readonly error: unknown;
}

/** Formats the events of a stream as OpenAI does. */
export function responseStream(...events: readonly object[]): string {
  return events
    .map((event) => `event: ${String((event as { type?: unknown }).type)}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}

/** Reads the body of an answer from `/responses`. */
export function readResponse(body: string, config?: AnswerConfig): ReadResponse {
  const events: ResponseEvent[] = [];
  let error: unknown;
  responsesOf(body, config)
    .responses({ input: 'Hi' })
    .subscribe({ next: (event) => events.push(event), error: (reason: unknown) => (error = reason) });
  return { events, ...fold(events, error === undefined), error };
}

/** Reads a stream of these events. */
export function readEvents(...events: readonly object[]): ReadResponse {
  return readResponse(responseStream(...events));
}

/** Creates a client of a server that answers with this body. */
export function responsesOf(body: string, config?: AnswerConfig): Client {
  return createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(answer(body, config)).transport });
}

/** Reads events with the operators. */
export function fold(events: readonly ResponseEvent[], isWhole: boolean): Omit<ReadResponse, 'events' | 'error'> {
  const source = concat(from(structuredClone(events)), isWhole ? EMPTY : throwError(() => new ProtocolError('broken')));
  let message: Message | undefined;
  source.pipe(toMessage()).subscribe({
    next: (finished) => (message = finished),
    error: (error: unknown) => (message = (error as ProtocolError).partial as Message),
  });
  const join = (operator: OperatorFunction<AnswerValue, string>): string => {
    let text = '';
    source.pipe(operator).subscribe({ next: (piece) => (text += piece), error: noop });
    return text;
  };
  return {
    message: message!,
    text: join(textDeltas()),
    reasoning: join(reasoningDeltas()),
    refusal: join(refusalDeltas()),
  };
}
