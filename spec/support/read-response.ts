import { type Client, createClient } from '../../src/client/create-client.js';
import { responseAnswers } from '../../src/responses/response-answers.js';
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

/** Folds events as the operators do, with the snapshot of each. */
export function fold(events: readonly ResponseEvent[], isWhole: boolean): Omit<ReadResponse, 'events' | 'error'> {
  const draft = responseAnswers.createDraft({ choice: 0, toolCalls: 128 });
  const readers = (['text', 'reasoning', 'refusal'] as const).map((kind) => responseAnswers.createTextReader(kind, 0));
  const texts = ['', '', ''];
  for (const event of structuredClone(events)) {
    draft.add(event);
    draft.settle('growing');
    readers.forEach((read, place) => (texts[place] = (texts[place] ?? '') + read(event)));
  }
  draft.settle(isWhole ? 'complete' : 'failed');
  const [text = '', reasoning = '', refusal = ''] = texts;
  return { message: { ...draft.message }, text, reasoning, refusal };
}
