import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Agent } from 'undici';
import { undiciTransport } from '../../src/node/index.js';
import { environmentProxy } from '../../src/transport/undici/proxy.js';
import { createCertificate } from '../support/certificate.js';
import { closeServers, deserted, type LoopbackServer, startServer } from '../support/loopback.js';
import { failureOf, observe, turnsUntil } from '../support/observe.js';
import { closeProxies, type LoopbackProxy, startProxy } from '../support/proxy.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runProgram } from '../support/run-program.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';

const original = process.env;
const credentials = 'user:p%40ss-word';
const authorization = `Basic ${Buffer.from('user:p@ss-word').toString('base64')}`;

/** Everything about an error that somebody could print. */
function shown(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
}

function expectNoCredentials(error: unknown): void {
  expect(shown(error)).not.toMatch(/p@ss-word|p%40ss-word|dXNlcjpwQHNzLXdvcmQ/u);
}

describe('a proxy in the environment', () => {
  expectQuietProcess();

  beforeEach(() => {
    process.env = { ...original };
  });

  afterEach(async () => {
    process.env = original;
    await closeProxies();
    await closeServers();
  });

  describe('for http', () => {
    let server: LoopbackServer;
    let proxy: LoopbackProxy;

    beforeEach(async () => {
      server = await startServer();
      proxy = await startProxy(server.url);
    });

    it.each(['HTTP_PROXY', 'http_proxy'])('is asked for the whole address, with its credentials: %s', async (name) => {
      process.env[name] = `http://${credentials}@${proxy.host}`;
      const seen = observe(undiciTransport()(transportRequest('http://api.test/v1?a=1')));
      (await server.next()).end('text');

      expect(await seen.ended).toBeUndefined();
      expect(bodyOf(seen.values)).toBe('text');
      expect(proxy.requests).toMatchObject([
        {
          line: 'POST http://api.test/v1?a=1',
          headers: { host: 'api.test', 'proxy-authorization': authorization },
        },
      ]);
    });

    it('keeps its connections for the next request', async () => {
      process.env['HTTP_PROXY'] = proxy.host;
      for (const body of ['first', 'second']) {
        const seen = observe(undiciTransport()(transportRequest('http://api.test/v1')));
        (await server.next()).end(body);
        await seen.ended;
        await new Promise((resolve) => setImmediate(resolve));
      }

      expect([proxy.requests.length, proxy.openConnections]).toEqual([2, 1]);
    });

    it('closes the exchange when it is unsubscribed', async () => {
      process.env['HTTP_PROXY'] = proxy.host;
      const seen = observe(undiciTransport()(transportRequest('http://api.test/v1')));
      const served = await server.next();
      served.head(200);
      served.write('text');
      await seen.reached(2);
      seen.unsubscribe();

      expect(await served.over).toBe('cut');
      await turnsUntil(() => proxy.openConnections === 0, 5000);
      expect(proxy.openConnections).toBe(0);
    });

    it.each([
      ['NO_PROXY', () => '127.0.0.1'],
      ['no_proxy', () => `example.test, ${new URL(server.url).host}`],
      ['NO_PROXY', () => '*'],
    ])('is not asked for what %s lists', async (name, list) => {
      process.env['HTTP_PROXY'] = proxy.host;
      process.env[name] = list();
      const seen = observe(undiciTransport()(transportRequest(server.url)));
      (await server.next()).end('text');

      expect(await seen.ended).toBeUndefined();
      expect(proxy.requests).toEqual([]);
    });

    it.each([
      ['with direct: true', () => undiciTransport({ direct: true })],
      ['with a dispatcher', (agent: Agent) => undiciTransport({ dispatcher: agent })],
    ])('is not asked %s', async (_option, create) => {
      process.env['HTTP_PROXY'] = proxy.host;
      const agent = new Agent();
      const seen = observe(create(agent)(transportRequest(server.url)));
      (await server.next()).end('text');

      expect(await seen.ended).toBeUndefined();
      expect(proxy.requests).toEqual([]);
      await agent.close();
    });

    it('is read at each request', async () => {
      const transport = undiciTransport();
      process.env['HTTP_PROXY'] = proxy.host;
      observe(transport(transportRequest(server.url)));
      (await server.next()).end();
      process.env['HTTP_PROXY'] = '';
      observe(transport(transportRequest(server.url)));
      (await server.next()).end();

      expect(proxy.requests).toHaveLength(1);
    });
  });

  describe('for https', () => {
    let folder: string;
    let trusted: string;
    let tls: Awaited<ReturnType<typeof createCertificate>>;

    beforeAll(async () => {
      tls = await createCertificate();
      folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
      trusted = join(folder, 'certificate.pem');
      writeFileSync(trusted, tls.cert);
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      ['HTTPS_PROXY', 'http'],
      ['https_proxy', 'https'],
      // As for Node's fetch, where nothing else is set.
      ['HTTP_PROXY', 'http'],
    ])('opens one tunnel for requests in turn: %s over %s', async (name, scheme) => {
      const server = await startServer({
        tls,
        answer: (served) => {
          served.head(200);
          served.end('whole');
        },
      });
      const proxy = await startProxy(server.url, scheme === 'https' ? { tls } : {});

      const output = await runProgram(
        `import { concat, ignoreElements, timer } from 'rxjs';
        import { undiciTransport } from '../../src/node/index.js';
        import { bodyOf, transportRequest } from './transport-events.js';
        const exchange = undiciTransport()(transportRequest('https://api.test/v1'));
        const events = [];
        concat(exchange, timer(0).pipe(ignoreElements()), exchange).subscribe({
          next: (event) => events.push(event),
          complete: () => console.log(bodyOf(events)),
          error: console.error,
        });`,
        { NODE_EXTRA_CA_CERTS: trusted, [name]: `${scheme}://${credentials}@${proxy.host}` },
      );

      expect(output).toBe('wholewhole\n');
      expect(proxy.requests).toMatchObject([
        { line: 'CONNECT api.test:443', headers: { 'proxy-authorization': authorization } },
      ]);
      expect(server.connections).toBe(1);
    });

    it('closes the tunnel when a stream in it is unsubscribed', async () => {
      const server = await startServer({ tls });
      const proxy = await startProxy(server.url);
      const output = runProgram(
        `import { undiciTransport } from '../../src/node/index.js';
        import { transportRequest } from './transport-events.js';
        const subscription = undiciTransport()(transportRequest('https://api.test:8443/v1')).subscribe({
          next: ({ type }) => {
            console.log(type);
            if (type === 'data') {
              subscription.unsubscribe();
            }
          },
          error: console.error,
        });`,
        { NODE_EXTRA_CA_CERTS: trusted, HTTPS_PROXY: proxy.host },
      );
      const served = await server.next();
      served.head(200);
      served.write('text');

      expect(await served.over).toBe('cut');
      expect(await output).toBe('head\ndata\n');
      expect(proxy.requests.map(({ line }) => line)).toEqual(['CONNECT api.test:8443']);
      await turnsUntil(() => proxy.openConnections === 0, 5000);
      expect([proxy.openConnections, server.connections]).toEqual([0, 1]);
    });

    it('closes the connection when it is unsubscribed before the proxy has answered', async () => {
      const proxy = await startProxy('http://127.0.0.1:1', { status: undefined });
      process.env['HTTPS_PROXY'] = proxy.host;
      const seen = observe(undiciTransport()(transportRequest('https://api.test/v1')));
      await turnsUntil(() => proxy.requests.length === 1, 5000);
      seen.unsubscribe();

      await turnsUntil(() => proxy.openConnections === 0, 5000);
      expect([proxy.requests.length, proxy.openConnections]).toEqual([1, 0]);
    });

    it('does not hide that a certificate is not trusted', async () => {
      const server = await startServer({ tls });
      const proxy = await startProxy(server.url);
      process.env['HTTPS_PROXY'] = `http://${credentials}@${proxy.host}`;
      const error = await failureOf(undiciTransport()(transportRequest('https://api.test/v1')));

      expect(error).toMatchObject({
        name: 'ConnectionError',
        retryable: false,
        message: expect.stringContaining('No answer from https://api.test (DEPTH_ZERO_SELF_SIGNED_CERT)') as unknown,
      });
      expectNoCredentials(error);
    });

    it.each([
      ['https://api.test', 407, false],
      ['https://api.test', 403, false],
      ['https://api.test', 502, true],
      ['http://api.test', 407, false],
    ])('raises ConnectionError when it refuses %s with status %d', async (origin, status, retryable) => {
      const proxy = await startProxy('http://127.0.0.1:1', { status });
      process.env['HTTP_PROXY'] = `http://${credentials}@${proxy.host}`;
      const error = await failureOf(undiciTransport()(transportRequest(`${origin}/v1`)));

      expect(error).toMatchObject({
        name: 'ConnectionError',
        retryable,
        message: `No answer from ${origin}: the proxy http://${proxy.host} refused to connect (${status})`,
      });
      expectNoCredentials(error);
      await turnsUntil(() => proxy.openConnections === 0, 5000);
      expect(proxy.openConnections).toBe(0);
    });

    it.each<[string, (socket: Socket) => unknown, { name: string; retryable: boolean; message: RegExp }]>([
      ['closes', (socket) => socket.end(), { name: 'ConnectionError', retryable: true, message: /ECONNRESET/u }],
      [
        'resets the connection',
        (socket) => socket.resetAndDestroy(),
        { name: 'ConnectionError', retryable: true, message: /ECONNRESET/u },
      ],
      [
        'answers something other than HTTP',
        (socket) => socket.end('SSH-2.0\r\n\r\n'),
        { name: 'ProtocolError', retryable: false, message: /not valid HTTP/u },
      ],
      [
        'closes the tunnel before TLS',
        (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'),
        { name: 'ConnectionError', retryable: true, message: /^No answer from https:\/\/api\.test \(ECONNRESET\)/u },
      ],
    ])('raises one error when it %s instead of opening a tunnel', async (_what, answer, { message, ...fields }) => {
      const proxy = createServer((socket) => socket.on('error', () => undefined).once('data', () => answer(socket)));
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const { port } = proxy.address() as AddressInfo;
      process.env['HTTPS_PROXY'] = `http://${credentials}@127.0.0.1:${port}`;
      const error = await failureOf(undiciTransport()(transportRequest('https://api.test/v1')));
      proxy.close();

      expect(error).toMatchObject(fields);
      expect((error as Error).message).toMatch(message);
      expectNoCredentials(error);
    });

    it.each(['https://api.test/v1', 'http://api.test/v1'])('is named when it does not answer: %s', async (url) => {
      const { host } = new URL(await deserted());
      process.env['HTTP_PROXY'] = `http://${credentials}@${host}`;
      const error = await failureOf(undiciTransport()(transportRequest(url)));

      expect(error).toMatchObject({
        name: 'ConnectionError',
        retryable: true,
        message: `No answer from the proxy http://${host} (ECONNREFUSED)`,
      });
      expectNoCredentials(error);
    });
  });

  it.each([
    'socks5://user:p@ss-word@proxy.test',
    'http://',
    'http://user:p@ss-word@proxy.test:port',
    // Without encoding each of these names another host, in the user name or in what precedes a port.
    'http://user:p#p@ss-word@proxy.test',
    'http://user:12#p@ss-word@proxy.test',
    'http://user:12/p@ss-word@proxy.test',
    'user:12?p@ss-word@proxy.test:3128',
    'http://domain\\user:p@ss-word@proxy.test',
  ])('raises ConnectionError, and does not quote the address, for %s', async (address) => {
    process.env['HTTPS_PROXY'] = address;
    const error = await failureOf(undiciTransport()(transportRequest('https://api.test/v1')));

    expect(error).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message:
        'HTTPS_PROXY and HTTP_PROXY must be addresses that begin with http:// or https://, with URL-encoded credentials',
    });
    expectNoCredentials(error);
  });

  it.each<[string, string, boolean]>([
    ['', 'http://api.test', true],
    [',', 'http://api.test', true],
    ['api.test', 'http://api.test', false],
    ['API.test', 'http://api.TEST', false],
    ['test', 'http://api.test', false],
    ['.test', 'http://api.test', false],
    ['*.test', 'http://api.test', false],
    ['.api.test', 'http://api.test', false],
    ['pi.test', 'http://api.test', true],
    ['api.test.example', 'http://api.test', true],
    ['other.test,api.test', 'http://api.test', false],
    ['other.test api.test', 'http://api.test', false],
    ['other.test, *', 'http://api.test', false],
    ['api.test:80', 'http://api.test', false],
    ['api.test:443', 'https://api.test', false],
    ['api.test:8080', 'http://api.test', true],
    ['api.test:8080', 'http://api.test:8080', false],
    ['127.0.0.1', 'http://127.0.0.1:8080', false],
    ['::1', 'http://[::1]:8080', false],
    ['[::1]', 'http://[::1]:8080', false],
    ['[::1]:8080', 'http://[::1]:8080', false],
    ['[::1]:80', 'http://[::1]:8080', true],
    ['0:0:0:0:0:0:0:1', 'http://[::1]:8080', false],
    ['localhost', 'http://localhost.:8080', false],
    ['localhost.', 'http://localhost:8080', false],
    ['10.0.0.0/8', 'http://10.1.2.3:8080', false],
    ['10.0.0.0/8', 'http://11.1.2.3:8080', true],
    ['10.0.0.0/8', 'http://api.test', true],
    ['10.0.0.0/8', 'http://[::1]', true],
    ['10.1.2.3/33', 'http://10.1.2.3', true],
    ['fd00::/8', 'http://[fd12::3]:8080', false],
    ['fd00::/8', 'http://[fe80::3]:8080', true],
    ['fd00::/8', 'http://10.1.2.3', true],
    ['api.test/8', 'http://api.test', true],
  ])('with NO_PROXY %j is asked for %s: %p', (list, url, isAsked) => {
    const proxy = environmentProxy(new URL(url), { HTTP_PROXY: 'http://proxy.test', NO_PROXY: list });

    expect(proxy !== undefined).toBe(isAsked);
  });

  it.each<[string, Readonly<Record<string, string>>, string, string | undefined]>([
    [
      'HTTPS_PROXY for https',
      { HTTPS_PROXY: 'http://a.test', HTTP_PROXY: 'http://b.test' },
      'https:',
      'http://a.test/',
    ],
    ['HTTP_PROXY for http', { HTTPS_PROXY: 'http://a.test', HTTP_PROXY: 'http://b.test' }, 'http:', 'http://b.test/'],
    ['not HTTPS_PROXY for http', { HTTPS_PROXY: 'http://a.test' }, 'http:', undefined],
    ['HTTP_PROXY alone for https', { HTTP_PROXY: 'http://b.test' }, 'https:', 'http://b.test/'],
    ['lower case first', { HTTP_PROXY: 'http://a.test', http_proxy: 'http://b.test' }, 'http:', 'http://b.test/'],
    ['no empty variable', { HTTP_PROXY: 'http://a.test', http_proxy: '' }, 'http:', 'http://a.test/'],
    ['not used for NO_PROXY', { HTTP_PROXY: 'http://a.test', no_proxy: '', NO_PROXY: '*' }, 'http:', undefined],
    ['an address without a scheme', { HTTP_PROXY: 'a.test:3128' }, 'http:', 'http://a.test:3128/'],
    ['an address over TLS', { HTTP_PROXY: ' HTTPS://a.test:3128 ' }, 'http:', 'https://a.test:3128/'],
  ])('is %s', (_which, variables, protocol, address) => {
    expect(environmentProxy(new URL(`${protocol}//api.test`), variables)?.address.href).toBe(address);
  });

  it.each([
    ['user:p%40ss', 'user:p@ss'],
    ['user', 'user:'],
    [':token', ':token'],
    ['user:100%', 'user:100%'],
    ['user%20name:p%C3%A4ss%3Aword', 'user name:päss:word'],
    ['user:p+q;r=s', 'user:p+q;r=s'],
  ])('gets the credentials of %s@', (userinfo, expected) => {
    const proxy = environmentProxy(new URL('http://api.test'), { HTTP_PROXY: `http://${userinfo}@proxy.test` });

    expect(proxy?.headers).toEqual({
      'proxy-authorization': `Basic ${Buffer.from(expected).toString('base64')}`,
    });
  });
});
