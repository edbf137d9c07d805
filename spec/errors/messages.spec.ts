import { concat, from, NEVER, type Observable, of, range, VirtualTimeScheduler } from 'rxjs';
import {
  type ClientConfig,
  createClient,
  fetchTransport,
  LimitError,
  throwIfTruncated,
  toAsyncIterable,
  type TransportEvent,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { answer, chatRequest, eventStream, textChunk } from '../support/answers.js';
import { finishChunk } from '../support/chunks.js';
import { closeServers, deserted, startServer } from '../support/loopback.js';
import { failureOf, observe, type Observed } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';

const stream = head(200, { 'content-type': 'text/event-stream' });
const json = { headers: { 'content-type': 'application/json' } };

/** The error of a client that asked for several answers of a server that answers so; deadlines pass at once. */
function failureWith(exchange: Observable<TransportEvent>, config: ClientConfig = {}): Promise<unknown> {
  const scheduler = new VirtualTimeScheduler();
  const client = createClient({ baseURL: 'http://server.test/v1', transport: () => exchange, scheduler, ...config });
  const failure = failureOf(client.chat({ ...chatRequest, n: 8 }));
  scheduler.flush();
  return failure;
}

afterAll(closeServers);

describe('the message of an error', () => {
  it.each<[string, Observable<TransportEvent>, string, object]>([
    [
      'a stream without a chunk',
      answer(''),
      'The stream ended before its first chunk',
      { name: 'StreamError', kind: 'truncated', retryable: true },
    ],
    [
      'a stream that is cut off',
      answer(eventStream(textChunk('Hel'))),
      'The stream ended early: no finish reason for every choice, and no [DONE]',
      { name: 'StreamError', kind: 'truncated', retryable: true },
    ],
    ...['error', 'abort', 'network_error', 'insufficient_system_resource'].map(
      (reason): [string, Observable<TransportEvent>, string, object] => [
        `the finish reason ${reason}`,
        answer(eventStream(textChunk('Hel', reason), '[DONE]')),
        `The server ended the answer with finish reason "${reason}"`,
        { name: 'StreamError', kind: 'provider', code: reason, retryable: true },
      ],
    ),
    [
      'an error without a reason inside the stream',
      answer(eventStream({ error: { code: 'server_error' } })),
      'The server reported an error inside the stream',
      { name: 'StreamError', kind: 'server', retryable: true },
    ],
    [
      'a web page',
      answer('<!doctype html>\n<title>Welcome</title>', { headers: { 'content-type': 'text/html' } }),
      'The server answered with a web page instead of an event stream; check baseURL and the endpoint',
      { name: 'ProtocolError', kind: 'protocol', retryable: false },
    ],
    [
      'plain text',
      answer('Welcome', { headers: { 'content-type': 'text/plain' } }),
      'The server answered with something else instead of an event stream; check baseURL and the endpoint',
      { name: 'ProtocolError', kind: 'protocol', retryable: false },
    ],
    [
      'JSON of another kind',
      answer('{"welcome":true}', json),
      'The server answered with JSON instead of an event stream; check baseURL and the endpoint',
      { name: 'ProtocolError', kind: 'protocol', retryable: false },
    ],
    [
      'malformed JSON',
      answer('{"choices":[', json),
      'The server answered with malformed JSON instead of an event stream',
      { name: 'ProtocolError', kind: 'parse', retryable: false },
    ],
    [
      'an event that is not JSON',
      answer(eventStream('Welcome')),
      'The server sent an event that is not JSON',
      { name: 'ProtocolError', kind: 'parse', retryable: false },
    ],
    [
      'a choice with a wrong number',
      answer(eventStream({ choices: [{ index: -1, delta: {} }] })),
      'The server numbered its choices with something other than 0, 1, 2, …',
      { name: 'ProtocolError', retryable: false },
    ],
    [
      'a web page with status 502',
      answer('<html></html>', { status: 502 }),
      '502 The server answered with a web page; check that baseURL is the address of an API',
      { name: 'ApiError', kind: 'server', retryable: true },
    ],
    [
      'an empty error',
      answer('', { status: 500 }),
      '500 The server gave no reason',
      { name: 'ApiError', kind: 'server', retryable: true },
    ],
    [
      'a server that does not respond',
      NEVER,
      'The server sent no response headers within 600000 ms (deadlines.headers)',
      { name: 'DeadlineError', kind: 'timeout', deadline: 'headers', retryable: true },
    ],
    [
      'a server that is silent after its headers',
      concat(of(stream), NEVER),
      'No chunk arrived within 600000 ms (deadlines.firstChunk)',
      { name: 'DeadlineError', kind: 'timeout', deadline: 'firstChunk', retryable: true },
    ],
    [
      'a server that falls silent',
      concat(of(stream, data(eventStream(textChunk('Hel')))), NEVER),
      'The stream fell silent for 300000 ms (deadlines.idle)',
      { name: 'DeadlineError', kind: 'timeout', deadline: 'idle', retryable: true },
    ],
  ])('tells what came: %s', async (_what, exchange, message, fields) => {
    expect(await failureWith(exchange)).toMatchObject({ message, ...fields });
  });

  it('tells that the total time has passed', async () => {
    expect(await failureWith(NEVER, { deadlines: { total: 5000 } })).toMatchObject({
      message: 'The stream was not finished within 5000 ms (deadlines.total)',
      deadline: 'total',
    });
  });

  describe.each([
    ['fetch', fetchTransport()],
    ['undici', undiciTransport()],
  ])('through %s', (_name, transport) => {
    it('tells a server that cannot be reached', async () => {
      const url = await deserted();

      expect(await failureOf(createClient({ baseURL: url, transport }).chat(chatRequest))).toMatchObject({
        name: 'ConnectionError',
        message: `No answer from ${url} (ECONNREFUSED)`,
        retryable: true,
      });
    });

    it('tells whether a connection was reset before its response or after it', async () => {
      const server = await startServer();
      const client = createClient({ baseURL: server.url, transport });
      const ask = (): Observed<unknown> => observe(client.chat(chatRequest));

      const unanswered = ask();
      (await server.next()).reset();
      const broken = ask();
      const served = await server.next();
      served.head(200, { 'content-type': 'text/event-stream' });
      served.write(eventStream(textChunk('Hel')));
      await broken.reached(1);
      served.reset();

      const { origin } = new URL(server.url);
      expect(await unanswered.ended).toMatchObject({
        name: 'ConnectionError',
        message: expect.stringMatching(new RegExp(`^No answer from ${origin} \\(\\w+\\)$`, 'u')),
        retryable: true,
      });
      expect(await broken.ended).toMatchObject({
        name: 'ConnectionError',
        message: expect.stringMatching(new RegExp(`^The connection to ${origin} broke \\(\\w+\\)$`, 'u')),
        retryable: true,
      });
    });
  });

  it.each<[string, string]>([
    [
      'length',
      'The answer was cut off at the token limit: raise max_completion_tokens or max_tokens, or ask for less ' +
        '(finish reason "length")',
    ],
    [
      'content_filter',
      "The answer was withheld by the server's content filter: rephrase the prompt, or change the filter's settings " +
        '(finish reason "content_filter")',
    ],
  ])('tells what to do about an answer that ends with %s', async (reason, message) => {
    expect(await failureOf(of(finishChunk(reason)).pipe(throwIfTruncated()))).toMatchObject({
      name: 'OutputError',
      message,
      retryable: false,
    });
  });
});

describe('a LimitError', () => {
  const call = { index: 3, id: 'call-1', function: { name: 'water', arguments: '' } };

  it.each<[string, number, () => Promise<unknown>]>([
    ['eventBytes', 20, () => failureWith(answer(eventStream(textChunk('Hel'))), { limits: { eventBytes: 20 } })],
    [
      'choices',
      4,
      () => failureWith(answer(eventStream({ choices: [{ index: 4, delta: {} }] })), { limits: { choices: 4 } }),
    ],
    [
      'toolCalls',
      3,
      () =>
        failureWith(answer(eventStream({ choices: [{ index: 0, delta: { tool_calls: [call] } }] })), {
          limits: { toolCalls: 3 },
        }),
    ],
    ['bufferSize', 2, () => failureOf(from(toAsyncIterable(range(0, 9), { bufferSize: 2 })))],
  ])('names its limit: %s', async (limit, maximum, run) => {
    const error = await run();

    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({
      name: 'LimitError',
      kind: 'limit',
      retryable: false,
      limit,
      maximum,
      message: `The stream exceeded ${limit} (${maximum}); raise this limit if that much is expected`,
    });
  });
});
