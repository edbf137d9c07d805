import { Subject, toArray } from 'rxjs';
import { parseResponseEvents } from '../../src/responses/parse-events.js';
import type { StreamCursor } from '../../src/answers/stream-cursor.js';
import { createClient, type ResponseEvent, type ResponseRequest } from '../../src/index.js';
import type { AnswerEvent } from '../../src/answers/event-data.js';
import { answer, eventStream, fakeTransport, hello } from '../support/answers.js';
import {
  callItem,
  created,
  itemEvent,
  messageItem,
  numbered,
  state,
  streams,
  textDelta,
} from '../support/response-events.js';
import { readEvents, readResponse, responseStream } from '../support/read-response.js';

const whole = state('completed', { output: [messageItem('Hello')] });
const json = { headers: { 'content-type': 'application/json' } };

describe('responses()', () => {
  const { transport, requests } = fakeTransport(answer(responseStream(created, whole)));
  const client = createClient({ baseURL: 'http://server.test/v1', transport });

  it('sends the request with stream: true and nothing else', () => {
    const request: ResponseRequest = { model: 'small', input: 'Hi', store: false };
    client.responses(request).subscribe();

    expect(requests.at(-1)).toMatchObject({
      operation: 'responses',
      method: 'POST',
      url: 'http://server.test/v1/responses',
    });
    expect(JSON.parse(String(requests.at(-1)?.body))).toEqual({
      model: 'small',
      input: 'Hi',
      store: false,
      stream: true,
    });
    expect(request).toEqual({ model: 'small', input: 'Hi', store: false });
  });

  it.each<[ResponseRequest]>([[{}], [{ input: '' }], [{ input: [] }], [{ model: 'small', stream: true }]])(
    'takes the request %j',
    (request) => {
      expect(() => client.responses(request)).not.toThrow();
    },
  );

  it.each<[string, unknown]>([
    ['request', undefined],
    ['request', 'Hi'],
    ['model', { model: 7 }],
    ['model', { model: null, input: 'Hi' }],
    ['input', { input: 7 }],
    ['input', { input: null }],
    ['input', { input: { role: 'user' } }],
    ['stream', { input: 'Hi', stream: false }],
  ])('throws a TypeError that names %s for %j', (field, request) => {
    expect(() => client.responses(request as ResponseRequest)).toThrow(TypeError);
    expect(() => client.responses(request as ResponseRequest)).toThrow(field);
  });
});

describe('the end of a response', () => {
  it.each(['completed', 'incomplete'])('is the event response.%s, and what follows is ignored', (status) => {
    const { events, error } = readEvents(created, state(status), textDelta('late'), { type: 'error', message: 'late' });

    expect(events.map(({ type }) => type)).toEqual(['response.created', `response.${status}`]);
    expect(error).toBeUndefined();
  });

  it('does not wait for the connection to close', () => {
    const source = new Subject<AnswerEvent>();
    let completed = false;
    source.pipe(parseResponseEvents({ redact: String })).subscribe({ complete: () => (completed = true) });
    source.next({ event: 'message', id: '', data: JSON.stringify(whole) });

    expect(completed).toBe(true);
    expect(source.observed).toBe(false);
  });

  it.each([
    ['completed', undefined],
    ['incomplete', undefined],
    [
      'failed',
      { name: 'StreamError', kind: 'rate_limit', code: 'rate_limit_exceeded', message: 'Slow', retryable: true },
    ],
    ['cancelled', { name: 'StreamError', kind: 'provider', code: 'cancelled', retryable: false }],
  ])('is read from the status of the response that ended: %s', (status, expected) => {
    const error = status === 'failed' ? { code: 'rate_limit_exceeded', message: 'Slow' } : null;
    for (const name of ['done', 'cancelled', 'completed', status]) {
      const read = readEvents(created, state(status, { error }, name));

      expect(read.events.map(({ type }) => type)).toEqual(['response.created', `response.${name}`]);
      expect(read.error).toEqual(expected && expect.objectContaining(expected));
    }
  });

  it.each([
    ['response.done', undefined],
    ['response.cancelled', 'cancelled'],
  ])('of %s without a status is what its name says', (type, code) => {
    expect(
      (readEvents(created, { type, response: { id: 'resp-1' } }).error as { code?: string } | undefined)?.code,
    ).toBe(code);
  });

  it.each([
    ['nested', { type: 'error', error: { type: 'server_error', code: 'server_error', message: 'Oh', param: null } }],
    ['flat', { type: 'error', code: 'server_error', message: 'Oh', param: null }],
    ['without a type', { error: { code: 'server_error', message: 'Oh' } }],
  ])('is at once an error event that is %s', (_, event) => {
    const { events, error } = readEvents(created, event, state('failed'));

    expect(events).toHaveLength(1);
    expect(error).toMatchObject({
      name: 'StreamError',
      kind: 'server',
      code: 'server_error',
      message: 'Oh',
      retryable: true,
    });
  });

  it('of an error event that gives no code is of kind provider', () => {
    expect(readEvents(created, { type: 'error', code: null, message: 'Oh' }).error).toMatchObject({
      kind: 'provider',
      code: undefined,
    });
  });

  it.each([
    ['the end of the body', responseStream(created, textDelta('Hel'))],
    ['[DONE]', `${responseStream(created, textDelta('Hel'))}data: [DONE]\n\n`],
    ['the end of an empty body', ''],
    ['[DONE] alone', 'data: [DONE]\n\n'],
  ])('is missing at %s', (_, body) => {
    expect(readResponse(body).error).toMatchObject({ name: 'StreamError', kind: 'truncated', retryable: true });
  });
});

describe('a response sent as JSON', () => {
  const response = { id: 'resp-1', object: 'response', status: 'completed', output: [messageItem('Hello')] };

  it.each([
    ['completed', {}],
    ['incomplete', { incomplete_details: { reason: 'content_filter' } }],
  ])('becomes the event that ends it: %s', (status, fields) => {
    const { events, message, error } = readResponse(JSON.stringify({ ...response, ...fields, status }), json);

    expect(events).toEqual([{ type: `response.${status}`, response: { ...response, ...fields, status } }]);
    expect(message.content).toBe('Hello');
    expect(error).toBeUndefined();
  });

  it.each([null, 7, {}])('has completed if its status is %j', (status) => {
    expect(readResponse(JSON.stringify({ ...response, status }), json)).toMatchObject({
      events: [{ type: 'response.completed' }],
      message: { content: 'Hello', finishReason: 'stop' },
    });
  });

  it('becomes its event and its error if it failed', () => {
    const failed = { ...response, status: 'failed', output: [], error: { code: 'server_error', message: 'Oh' } };

    expect(readResponse(JSON.stringify(failed), json)).toMatchObject({
      events: [{ type: 'response.failed' }],
      error: { name: 'StreamError', kind: 'server', message: 'Oh' },
    });
  });

  it.each(['queued', 'in_progress'])('is a ProtocolError if it is %s', (status) => {
    expect(readResponse(JSON.stringify({ ...response, status, output: [] }), json)).toMatchObject({
      events: [],
      error: { name: 'ProtocolError', message: expect.stringContaining(status) as string },
    });
  });
});

describe('an answer that is no response', () => {
  it.each([
    ['chat chunks', hello, 'ProtocolError'],
    [
      'chat chunks that name themselves',
      eventStream({ object: 'chat.completion.chunk', choices: [] }),
      'ProtocolError',
    ],
    [
      'the events of another endpoint',
      eventStream({ type: 'message_start', message: { id: 'msg-1' } }, { type: 'message_stop' }),
      'ProtocolError',
    ],
    ['a chat completion', JSON.stringify({ object: 'chat.completion', choices: [] }), 'ProtocolError'],
    ['JSON of another shape', '{"data":[]}', 'ProtocolError'],
    ['malformed JSON', '{"id":', 'ProtocolError'],
    ['a web page', '<!doctype html><p>Hi</p>', 'ProtocolError'],
    ['data that is not JSON', 'data: Hi\n\n', 'ProtocolError'],
    ['a text', 'data: "Hi"\n\n', 'ProtocolError'],
    ['an error', '{"error":{"message":"Oh","code":"server_error"}}', 'StreamError'],
  ])('is an error: %s', (_, body, name) => {
    expect(readResponse(body).error).toMatchObject({ name });
  });

  it('names what came', () => {
    expect(readResponse(eventStream({ object: 'chat.completion.chunk', choices: [] })).error).toMatchObject({
      message: expect.stringContaining('(chat.completion.chunk)') as string,
    });
  });

  it('is not one because of objects of another kind among its events', () => {
    const others = [{}, { usage: { total_tokens: 3 } }, { type: 'codex.rate_limits', limits: 1 }, null];
    const { events, error } = readResponse(eventStream({}, created, ...others, whole));

    expect(events.map(({ type }) => type as string)).toEqual([
      'response.created',
      'codex.rate_limits',
      'response.completed',
    ]);
    expect(error).toBeUndefined();
  });
});

describe('the events of a response', () => {
  it('pass through with unknown types and fields', () => {
    const sent = [
      { ...created, more: { a: [1] } },
      { type: 'response.dance.step', output_index: 0, foot: 'left' },
      itemEvent('added', { type: 'dance_call', id: 'd-1', moves: [] }),
      whole,
    ];

    expect(readEvents(...sent)).toMatchObject({ events: sent, error: undefined });
  });

  it('take their type from the name of the event where the data have none', () => {
    const { type, ...data } = textDelta('Hello');
    const body = `event: ${type}\ndata: ${JSON.stringify(data)}\n\n${responseStream(whole)}`;

    expect(readResponse(body)).toMatchObject({ events: [textDelta('Hello'), whole], text: 'Hello' });
  });

  it.each(['keepalive', 'ping'])('do not include %s', (type) => {
    expect(readEvents(created, { type, sequence_number: 1 }, whole).events).toHaveLength(2);
  });

  it.each([
    ['a number as its text', 0.5, '0.5'],
    ['null', null, ''],
    ['false', false, ''],
  ])('have a delta that is %s', (_, delta, text) => {
    expect(readEvents(created, textDelta(delta), state('completed')).text).toBe(text);
  });

  it.each([
    ['delta', textDelta({ text: 'a' })],
    ['delta', textDelta(true)],
    ['delta', { type: 'response.function_call_arguments.delta', output_index: 0, delta: ['a'] }],
    ['text', { type: 'response.output_text.done', output_index: 0, content_index: 0, text: {} }],
    [
      'part.text',
      {
        type: 'response.content_part.done',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: [] },
      },
    ],
    ['type', { type: 7, output_index: 0 }],
  ])('are invalid for their %s in %j', (path, event) => {
    expect(readEvents(created, event).error).toMatchObject({
      name: 'ProtocolError',
      kind: 'parse',
      message: `The server sent an invalid event (at ${path})`,
    });
  });

  it.each([-1, 1.5, '0', true, {}, []])('are invalid with the index %j', (index) => {
    for (const event of [
      { ...textDelta('a'), output_index: index },
      { ...textDelta('a'), content_index: index },
    ]) {
      expect(readEvents(created, event).error).toMatchObject({ name: 'ProtocolError', kind: 'protocol' });
    }
  });

  it.each([undefined, null, 7, 'text', [], true])('do not fail for a response, item or part that is %j', (other) => {
    const { events, error } = readEvents(
      { type: 'response.created', response: other },
      { type: 'response.output_item.done', output_index: 0, item: other },
      { type: 'response.content_part.done', output_index: 0, content_index: 0, part: other },
      textDelta('Hello'),
      { type: 'response.completed', response: other },
    );

    expect(error).toBeUndefined();
    expect(events).toHaveLength(5);
  });

  it('leave a prototype alone', () => {
    const body = `data: {"type":"response.created","__proto__":{"polluted":1},"response":{"id":"r","__proto__":{"polluted":1}}}\n\n`;
    const [event] = readResponse(body + responseStream(whole)).events;

    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    expect((event as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('the cursor of a response', () => {
  function read(cursor: StreamCursor, ...events: readonly object[]): readonly ResponseEvent[] {
    const source = new Subject<AnswerEvent>();
    let emitted: readonly ResponseEvent[] = [];
    source
      .pipe(parseResponseEvents({ redact: String, cursor }), toArray())
      .subscribe({ next: (all) => (emitted = all), error: () => undefined });
    events.forEach((event) => source.next({ event: 'message', id: '', data: JSON.stringify(event) }));
    return emitted;
  }
  const lasting = state('queued', { background: true }, 'created');

  it('follows the numbers, those of keepalives included', () => {
    const cursor: StreamCursor = { id: undefined, after: undefined };
    read(cursor, ...numbered(lasting, textDelta('a'), { type: 'keepalive' }));

    expect(cursor).toEqual({ id: 'resp-1', after: 2 });
  });

  it.each([
    ['the server does not say that the work goes on', numbered(created, textDelta('a')), { id: undefined, after: 1 }],
    [
      'the server says it in another way',
      numbered(state('queued', { background: 'yes' }, 'created')),
      { id: undefined, after: 0 },
    ],
  ])('has no id where %s', (_, events, expected) => {
    const cursor: StreamCursor = { id: undefined, after: undefined };
    read(cursor, ...events);

    expect(cursor).toEqual(expected);
  });

  it('has the id of work that goes on even if its events have no numbers', () => {
    const cursor: StreamCursor = { id: undefined, after: undefined };
    read(cursor, lasting, textDelta('a'));

    expect(cursor).toMatchObject({ id: 'resp-1', after: undefined });
  });

  it('drops what was read before, so that each event is emitted once', () => {
    const cursor: StreamCursor = { id: 'resp-1', after: 2 };
    const emitted = read(cursor, ...streams.text);

    expect(emitted.map((event) => event.sequence_number)).toEqual([3, 4, 5, 6]);
    expect(cursor).toMatchObject({ id: 'resp-1', after: 6 });
  });

  it('drops nothing that has no number', () => {
    expect(read({ id: 'resp-1', after: 5 }, textDelta('a'), whole)).toHaveLength(2);
  });
});

describe('calls without a name or id of the server', () => {
  it('get an id, and stay incomplete without a name', () => {
    const { message } = readEvents(
      created,
      state('completed', { output: [callItem('', 'dig', ''), callItem('c', '', '{}')] }),
    );

    expect(message.toolCalls).toMatchObject([
      { id: 'fc-', name: 'dig', arguments: '{}', complete: true },
      { id: 'c', complete: false },
    ]);
  });
});
