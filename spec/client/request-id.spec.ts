import { concat, NEVER, of, throwError } from 'rxjs';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { createClient, type ClientConfig, type TransportEvent } from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { failureOf } from '../support/observe.js';
import { head } from '../support/transport-events.js';

const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'req_9' };
const broken = throwError(() => new ConnectionError('broke'));

describe('request id', () => {
  it.each<[string, ReturnType<typeof answer>, ClientConfig]>([
    ['DeadlineError', concat(of<TransportEvent>(head(200, headers)), NEVER), { deadlines: { firstChunk: 1 } }],
    ['ConnectionError', concat(of<TransportEvent>(head(200, headers)), broken), {}],
    ['LimitError', answer(eventStream(textChunk('long '.repeat(10))), { headers }), { limits: { eventBytes: 10 } }],
    ['StreamError', answer(eventStream(textChunk('cut')), { headers }), {}],
    ['StreamError', answer(eventStream({ error: 'wrong' }), { headers }), {}],
    ['ProtocolError', answer('<html>', { headers }), {}],
    ['ApiError', answer('', { headers, status: 500 }), {}],
  ])('is on a %s once the server has sent it', async (name, exchange, config) => {
    const client = createClient({
      baseURL: 'http://server.test/v1',
      transport: fakeTransport(exchange).transport,
      ...config,
    });

    expect(await failureOf(client.chat(chatRequest))).toMatchObject({ name, requestId: 'req_9' });
  });

  it('is missing if the connection failed before it arrived', async () => {
    const client = createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(broken).transport });

    expect(await failureOf(client.chat(chatRequest))).toMatchObject({ name: 'ConnectionError', requestId: undefined });
  });
});
