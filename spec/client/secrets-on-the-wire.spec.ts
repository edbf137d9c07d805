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
])('over %s', (_name, createTransport) => {
  function realClient(url: string): Client {
    return createClient({
      baseURL: `${url}/v1?key=${encodeURIComponent(key)}`,
      apiKey: key,
      transport: createTransport(),
    });
  }

  it('no error of a refused connection holds the key', async () => {
    const error = await failureOf(realClient(await deserted()).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ConnectionError' });
    expectNoKey(error);
  });

  it('no error of a broken connection holds the key', async () => {
    const server = await startServer({ answer: (served) => served.reset() });
    const error = await failureOf(realClient(server.url).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ConnectionError' });
    expectNoKey(error);
  });

  it('no error of an answer that is not HTTP holds the key', async () => {
    const server = await startServer({ answer: (served) => served.writeRaw(`HTTP/1.1 ${key}\r\n\r\n`) });
    const error = await failureOf(realClient(server.url).chat(chatRequest));

    expect(error).toMatchObject({ name: 'ConnectionError' });
    expectNoKey(error);
  });

  it('no error of a redirect holds the key', async () => {
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

  it('the server gets the key all the same', async () => {
    const server = await startServer();
    const failure = failureOf(realClient(server.url).chat(chatRequest));
    const served = await server.next();
    served.head(401);
    served.end();
    await failure;

    expect(served.headers.authorization).toBe(`Bearer ${key}`);
  });
});
