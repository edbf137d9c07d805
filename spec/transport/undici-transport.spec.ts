import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Agent, MockAgent } from 'undici';
import { take } from 'rxjs';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { LimitError } from '../../src/errors/limit-error.js';
import { ProtocolError } from '../../src/errors/protocol-error.js';
import { undiciTransport } from '../../src/transport/undici/undici-transport.js';
import { createCertificate } from '../support/certificate.js';
import { compress, type Compression } from '../support/compress.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runProgram } from '../support/run-program.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';

describe('undiciTransport', () => {
  expectQuietProcess();
  afterEach(closeServers);

  it('sends through the dispatcher it is given', async () => {
    const dispatched: string[] = [];
    const agent = new Agent();
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      dispatched.push(options.path);
      return dispatch(options, handler);
    });
    const server = await startServer();
    const seen = observe(undiciTransport({ dispatcher })(transportRequest(`${server.url}/v1?a=1`)));
    (await server.next()).end('text');

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('text');
    expect(dispatched).toEqual(['/v1?a=1']);
    await agent.close();
  });

  it('sends through a MockAgent, which answers synchronously', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const pool = dispatcher.get('http://server.test');
    pool
      .intercept({ path: '/v1', method: 'POST' })
      .reply(200, 'text', { headers: { 'x-mock': 'yes' } })
      .times(2);
    const exchange = undiciTransport({ dispatcher })(transportRequest('http://server.test/v1'));
    const seen = observe(exchange);
    const first = observe(exchange.pipe(take(1)));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('text');
    expect(await first.ended).toBeUndefined();
    expect(first.values).toMatchObject([{ type: 'head', status: 200 }]);
    await dispatcher.close();
  });

  it('never sends a request that was unsubscribed while it waited in the queue of the dispatcher', async () => {
    const server = await startServer();
    const dispatcher = new Agent({ connections: 1 });
    const transport = undiciTransport({ dispatcher });
    const first = observe(transport(transportRequest(`${server.url}/first`)));
    const served = await server.next();
    observe(transport(transportRequest(`${server.url}/left`))).unsubscribe();
    const last = observe(transport(transportRequest(`${server.url}/last`)));

    served.head(200);
    served.end();
    const next = await server.next();
    next.head(200);
    next.end();

    expect([await first.ended, await last.ended]).toEqual([undefined, undefined]);
    expect([next.path, server.requests]).toEqual(['/last', 2]);
    await dispatcher.close();
  });

  it('asks for an uncompressed body, unless the request has another accept-encoding', async () => {
    const server = await startServer();
    const transport = undiciTransport();

    observe(transport(transportRequest(server.url)));
    expect((await server.next()).headers['accept-encoding']).toBe('identity');
    observe(transport(transportRequest(server.url, { headers: { 'accept-encoding': 'br' } })));
    expect((await server.next()).headers['accept-encoding']).toBe('br');
  });

  it.each<[Compression, string]>([
    ['gzip', 'gzip'],
    ['zlib deflate', 'deflate'],
    ['raw deflate', 'deflate'],
    ['br', 'br'],
  ])('raises ConnectionError for %s that was cut short, after what could be decoded', async (compression, encoding) => {
    const [first] = await compress(compression, ['first', 'second']);
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': encoding });
    served.end(first);

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(bodyOf(seen.values)).toBe('first');
  });

  it('emits what can be decoded of a body whose connection broke before it fails', async () => {
    const [first] = await compress('gzip', ['first', 'second']);
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip' });
    served.write(first!);
    served.hangUp();

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(await seen.ended).toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } });
    expect(bodyOf(seen.values)).toBe('first');
  });

  it('closes the exchange when a body cannot be decoded', async () => {
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip' });
    served.write('never compressed');

    expect(await seen.ended).toBeInstanceOf(ConnectionError);
    expect(await served.over).toBe('cut');
  });

  it("keeps undici's error as the cause of a ConnectionError", async () => {
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    (await server.next()).hangUp();

    expect(await seen.ended).toMatchObject({
      message: `No answer from ${server.url} (UND_ERR_SOCKET)`,
      cause: { code: 'UND_ERR_SOCKET' },
    });
  });

  it('raises TypeError for a request without an absolute url', async () => {
    const error = await failureOf(undiciTransport()(transportRequest('/v1/chat')));

    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('url');
  });

  it('uses HTTP/2 where the server offers it, and lets the process exit', async () => {
    const tls = await createCertificate();
    const folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
    const trusted = join(folder, 'certificate.pem');
    writeFileSync(trusted, tls.cert);
    const versions: string[] = [];
    const server = await startServer({
      tls,
      answer: (served) => {
        versions.push(served.httpVersion);
        served.head(200);
        served.end('whole');
      },
    });

    const output = await runProgram(
      `import { undiciTransport } from '../../src/node/index.js';
     import { transportRequest } from './transport-events.js';
     undiciTransport()(transportRequest('${server.url}')).subscribe({
       complete: () => console.log('completed'),
       error: console.error,
     });`,
      { NODE_EXTRA_CA_CERTS: trusted },
    );

    expect(output).toBe('completed\n');
    expect(versions).toEqual(['2.0']);
    rmSync(folder, { recursive: true });
  });

  it('reads a large compressed body that ends with its connection', async () => {
    const text = randomBytes(300_000).toString('base64');
    const body = gzipSync(text);
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip', 'content-length': body.length, connection: 'close' });
    served.end(body);

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('raises LimitError when more than undecodedBytes wait to be decoded', async () => {
    const server = await startServer();
    const seen = observe(undiciTransport({ undecodedBytes: 100_000 })(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip' });
    served.write(gzipSync(randomBytes(10_000_000)));

    expect(await seen.ended).toBeInstanceOf(LimitError);
    expect(await seen.ended).toMatchObject({ limit: 'undecodedBytes', maximum: 100_000 });
    expect(await served.over).toBe('cut');
  });

  it('raises ProtocolError for a body that was compressed twice', async () => {
    const server = await startServer();
    const seen = observe(undiciTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip, br' });
    served.end(brotliCompressSync(gzipSync('text')));

    expect(await seen.ended).toBeInstanceOf(ProtocolError);
    expect(bodyOf(seen.values)).toBe('');
  });

  it('reads plain answers of any size, however small undecodedBytes is', async () => {
    const server = await startServer();
    const seen = observe(undiciTransport({ undecodedBytes: 1 })(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    served.end('a'.repeat(1_000_000));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toHaveLength(1_000_000);
  });

  it.each([0, -1, NaN, '1' as never, null as never])('throws TypeError for %p as undecodedBytes', (undecodedBytes) => {
    expect(() => undiciTransport({ undecodedBytes })).toThrow(TypeError);
  });

  it('loads what it sends with at the first request', async () => {
    const server = await startServer({ answer: (served) => served.end() });
    const output = await runProgram(`
    import '../../src/index.node.js';
    import { undiciTransport } from '../../src/node/index.js';
    import { transportRequest } from './transport-events.js';
    const tell = () => console.log(process.moduleLoadList.includes('NativeModule http2'));
    const exchange = undiciTransport()(transportRequest('${server.url}'));
    tell();
    exchange.subscribe({ complete: tell });
  `);

    expect(output).toBe('false\ntrue\n');
  });

  it.each([
    [
      'cannot be loaded',
      () => {
        throw new Error('cut off');
      },
      'cut off',
    ],
    ['is empty, as after jest has torn its environment down', () => ({}), 'The module is empty'],
  ])('raises one final error when what it sends with %s', async (_how, load, reason) => {
    const sending = '../../src/transport/undici/exchange';
    jest.doMock(sending, load);
    try {
      await jest.isolateModulesAsync(async () => {
        const isolated = await import('../../src/transport/undici/undici-transport.js');

        expect(await failureOf(isolated.undiciTransport()(transportRequest('http://127.0.0.1:9')))).toMatchObject({
          name: 'ConnectionError',
          message: 'The modules that send a request could not be loaded',
          retryable: false,
          cause: { message: reason },
        });
      });
    } finally {
      jest.dontMock(sending);
    }
  });

  it("does not replace the dispatcher of the process's own fetch", async () => {
    const output = await runProgram(`
    import '../../src/index.node.js';
    import { undiciTransport } from '../../src/node/index.js';
    undiciTransport();
    console.log(String(globalThis[Symbol.for('undici.globalDispatcher.1')]));
  `);

    expect(output.trim()).toBe('undefined');
  });
});
