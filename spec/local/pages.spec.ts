import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalServer, type LocalServer } from '../../src/local/index.js';
import { chatBody, post } from './local-server.js';

describe('the pages of a server', () => {
  const secret = 'outside the folder';
  const above = mkdtempSync(join(tmpdir(), 'rxllm-'));
  const pages = join(above, 'pages');
  const large = 'ä'.repeat(1_000_000);

  let server: LocalServer;
  let origin: string;

  beforeAll(async () => {
    const files: Readonly<Record<string, string>> = {
      'secret.txt': secret,
      'pages-too/secret.txt': secret,
      'pages/index.html': '<!doctype html>',
      'pages/chat.js': 'export {};',
      'pages/STYLE.CSS': 'a {}',
      'pages/empty.txt': '',
      'pages/large.txt': large,
      'pages/notes.unknown': 'notes',
      'pages/two words & ü%.txt': 'named',
      'pages/sub/index.html': 'sub',
      'pages/plain/file.txt': 'plain',
      'pages/v1x': 'no api',
      'pages/v1/models': 'not seen',
      'pages/.env': 'hidden text',
      'pages/.git/config': 'hidden text',
    };
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(join(above, file, '..'), { recursive: true });
      writeFileSync(join(above, file), content);
    }
    symlinkSync(join(above, 'secret.txt'), join(pages, 'link-out.txt'));
    symlinkSync(above, join(pages, 'folder-out'));
    symlinkSync(join(above, 'pages-too'), join(pages, 'neighbour'));
    symlinkSync('.env', join(pages, 'link-hidden'));
    symlinkSync('chat.js', join(pages, 'link.js'));
    execFileSync('mkfifo', [join(pages, 'pipe')]);
    server = await startLocalServer({ tokensPerSecond: 0, pages, key: 'sk-key' });
    origin = new URL(server.url).origin;
  });

  afterAll(async () => {
    await server.close();
    rmSync(above, { recursive: true });
  });

  /** Sends a request line as it is, which fetch would normalize, and returns the status and the body. */
  async function getRaw(path: string, method = 'GET'): Promise<{ status: number; body: string }> {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    await once(socket, 'close');
    return { status: Number(answer.split(' ', 2)[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
  }

  it.each([
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/?a=../secret.txt', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/chat.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['/STYLE.CSS', 'text/css; charset=utf-8', 'a {}'],
    ['/empty.txt', 'text/plain; charset=utf-8', ''],
    ['/large.txt', 'text/plain; charset=utf-8', large],
    ['/notes.unknown', 'application/octet-stream', 'notes'],
    ['/two%20words%20&%20%C3%BC%25.txt', 'text/plain; charset=utf-8', 'named'],
    ['/sub/', 'text/html; charset=utf-8', 'sub'],
    ['/link.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['/v1x', 'application/octet-stream', 'no api'],
  ])('include %s, even without the key', async (path, type, content) => {
    const response = await fetch(origin + path);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(content)));
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.text()).toBe(content);
  });

  it('are answered to HEAD without the body', async () => {
    const response = await fetch(`${origin}/chat.js`, { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('10');
    expect(await getRaw('/chat.js', 'HEAD')).toEqual({ status: 200, body: '' });
  });

  it.each([
    '/nothing.txt',
    '/plain',
    '/plain/',
    '/chat.js/',
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2E%2E%2Fsecret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/....//secret.txt',
    '/../pages-too/secret.txt',
    '//secret.txt',
    '///etc/passwd',
    '/%2fetc%2fpasswd',
    '/./chat.js',
    '/chat.js%00',
    '/chat.js%00.html',
    '/%E0%A4%A',
    '/%',
    '/C:/secret.txt',
    '/chat.js::$DATA',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/link-out.txt',
    '/folder-out/secret.txt',
    '/neighbour/secret.txt',
    '/link-hidden',
    '/pipe',
    'http://x/chat.js',
    '*',
  ])('do not include %s', async (path) => {
    const { status, body } = await getRaw(path);

    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'unknown_url' } });
    expect(body).not.toMatch(/outside the folder|hidden text|root:/u);
    expect(body).not.toContain(above);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('do not allow %s', async (method) => {
    const response = await fetch(`${origin}/chat.js`, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('leave the API in place, which requires the key', async () => {
    expect((await fetch(`${origin}/v1/models`)).status).toBe(401);
    expect((await fetch(`${origin}/v1`)).status).toBe(401);

    const authorization = 'Bearer sk-key';
    const body = JSON.stringify(chatBody('Hello'));
    const response = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
  });

  it('are none without a folder', async () => {
    const other = await startLocalServer();
    const { origin: bare } = new URL(other.url);

    expect((await fetch(`${bare}/chat.js`)).status).toBe(404);
    expect((await post(`${bare}/`, {})).status).toBe(405);
    await other.close();
  });

  describe('with a fallback', () => {
    let routed: LocalServer;

    beforeAll(async () => {
      routed = await startLocalServer({ pages, fallback: 'index.html' });
    });

    afterAll(() => routed.close());

    it.each<[string, number, string | undefined]>([
      ['/chat/7', 200, '<!doctype html>'],
      ['/chat/', 200, '<!doctype html>'],
      ['/chat?file=a.b', 200, '<!doctype html>'],
      ['/sub/', 200, 'sub'],
      ['/chat.js', 200, 'export {};'],
      ['/missing.js', 404, undefined],
      ['/.env', 404, undefined],
      ['/v1/missing', 404, undefined],
    ])('answer %s with %i', async (path, status, content) => {
      const response = await fetch(new URL(path, routed.url));
      const body = await response.text();

      expect(response.status).toBe(status);
      expect(body).toEqual(content ?? expect.stringContaining('unknown_url'));
    });

    it('refuse other methods, and a fallback that is no path in the folder', async () => {
      expect((await fetch(new URL('/chat/7', routed.url), { method: 'POST' })).status).toBe(405);
      expect(() => startLocalServer({ pages, fallback: '/index.html' })).toThrow(/fallback must be a path/u);
    });
  });
});
