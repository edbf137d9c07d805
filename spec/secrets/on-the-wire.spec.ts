import { type Client, createClient, fetchTransport } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { chatRequest } from '../support/answers.js';
import { closeServers, deserted, startServer } from '../support/loopback.js';
import { failureOf } from '../support/observe.js';
import { expectNoKey, key } from '../support/secret-key.js';

afterEach(closeServers);

describe.each([
  ['fetchTransport', fetchTransport],
  ['undiciTransport', undiciTransport],
])('the key of a client over %s', (_name, createTransport) => {
  function realClient(url: string): Client {
    return createClient({
      baseURL: `${url}/v1?key=${encodeURIComponent(key)}`,
      apiKey: key,
      transport: createTransport(),
    });
  }

  it('is not in the error of a refused connection', async () => {
    const error = await failureOf(realClient(await deserted()).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ConnectionError' });
    expectNoKey(error);
  });

  it('is not in the error of a broken connection', async () => {
    const server = await startServer({ answer: (served) => served.reset() });
    const error = await failureOf(realClient(server.url).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ConnectionError' });
    expectNoKey(error);
  });

  it('is not in the error of an answer that is not HTTP', async () => {
    const server = await startServer({ answer: (served) => served.writeRaw(`HTTP/1.1 ${key}\r\n\r\n`) });
    const error = await failureOf(realClient(server.url).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ProtocolError' });
    expectNoKey(error);
  });

  it('is not in the error of a redirect', async () => {
    const server = await startServer({
      answer: (served) => {
        served.head(307, { location: `http://other.test/${key}` });
        served.end();
      },
    });
    const error = await failureOf(realClient(server.url).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ProtocolError' });
    expectNoKey(error);
  });

  it.each<[string, 'refuse' | 'same-origin', string]>([
    ['to another origin', 'same-origin', `http://other.test/?key=${encodeURIComponent(key)}`],
    ['to a user of that name', 'same-origin', `//${encodeURIComponent(key)}@127.0.0.1:9/`],
    ['that is refused', 'refuse', `/v1/${encodeURIComponent(key)}`],
    ['without end', 'same-origin', `/v1/${encodeURIComponent(key)}`],
  ])('is not in the error of a redirect %s', async (_where, redirects, location) => {
    const server = await startServer({
      answer: (served) => {
        served.head(307, { location });
        served.end();
      },
    });
    const error = await failureOf(realClient(server.url).chat(chatRequest, { redirects }));

    expect(error).toMatchObject({ name: 'ProtocolError' });
    expectNoKey(error);
  });

  it('is not in the error of a redirect that was followed', async () => {
    const server = await startServer({
      answer: (served) => {
        const isFirst = !served.path.includes('moved');
        served.head(isFirst ? 307 : 401, isFirst ? { location: `/moved/${encodeURIComponent(key)}` } : {});
        served.end(`wrong key ${served.headers.authorization}`);
      },
    });
    const error = await failureOf(realClient(server.url).chat(chatRequest, { redirects: 'same-origin' }));

    expect(error).toMatchObject({ name: 'ApiError', message: '401 wrong key [redacted]' });
    expectNoKey(error);
  });

  it('reaches the server', async () => {
    const server = await startServer();
    const failure = failureOf(realClient(server.url).chat(chatRequest));
    const served = await server.next();
    served.head(401);
    served.end();
    await failure;

    expect(served.headers.authorization).toBe(`Bearer ${key}`);
  });
});
