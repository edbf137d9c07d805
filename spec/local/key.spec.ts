import { expectNoKey, key } from '../support/secret-key.js';
import { startLocalServer } from '../../src/local/index.js';
import { chatBody, useLocalServer } from './local-server.js';

describe('the key of a server', () => {
  const url = useLocalServer({ key });
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${url()}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(chatBody('Hello')) });

  it.each([
    ['after Bearer', `Bearer ${key}`],
    ['after bearer, with more spaces', `bearer  ${key} `],
  ])('is accepted %s', async (_, authorization) => {
    const response = await ask({ authorization });

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
  });

  it.each([
    ['no key', {}, 'This server requires a key'],
    ['another scheme', { authorization: 'Basic abc' }, 'This server requires a key'],
    ['an empty key', { authorization: 'Bearer ' }, 'This server requires a key'],
    ['another key', { authorization: 'Bearer sk-other' }, 'The key is not the one'],
    ['the beginning of the key', { authorization: `Bearer ${key.slice(0, -1)}` }, 'The key is not the one'],
    ['more than the key', { authorization: `Bearer ${key}x` }, 'The key is not the one'],
  ])('is not shown in the 401 for %s', async (_, headers, message) => {
    const response = await ask(headers);
    const body: unknown = await response.json();

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toEqual({
      error: {
        message: expect.stringContaining(message) as string,
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    });
    expectNoKey(body);
    expect(JSON.stringify(body)).not.toContain('sk-other');
  });

  it.each(['/models', '/models/echo', '/nowhere', '/..'])('is required at %s', async (path) => {
    expect((await fetch(url() + path)).status).toBe(401);
  });

  it('is not required for a preflight request', async () => {
    expect((await fetch(`${url()}/models`, { method: 'OPTIONS' })).status).toBe(204);
  });

  it.each([3, '', 'two words', 'line\n', 'schlüssel'])('must not be %j, which the error does not show', (bad) => {
    const start = (): unknown => startLocalServer({ key: bad as string });

    expect(start).toThrow(
      new TypeError('startLocalServer: key must be a string of visible ASCII characters without spaces'),
    );
  });
});
