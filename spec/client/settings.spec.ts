import { lastValueFrom, toArray } from 'rxjs';
import { type ClientConfig, createClient, type RequestOptions, type TransportRequest } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const baseURL = 'http://server.test/v1';

/** The request sent for a chat request. */
async function sent(config: ClientConfig = {}, options?: RequestOptions): Promise<TransportRequest> {
  const { transport, requests } = fakeTransport();
  await lastValueFrom(
    createClient({ baseURL, transport, ...config })
      .chat(chatRequest, options)
      .pipe(toArray()),
  );
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

describe('client settings', () => {
  describe('the address', () => {
    it.each([
      ['http://server.test', 'http://server.test/chat/completions'],
      ['http://server.test/', 'http://server.test/chat/completions'],
      ['http://server.test/v1/', 'http://server.test/v1/chat/completions'],
      ['https://server.test:8443/a/b', 'https://server.test:8443/a/b/chat/completions'],
      ['http://server.test/v1?tenant=7', 'http://server.test/v1/chat/completions?tenant=7'],
      ['http://[::1]:8080/v1', 'http://[::1]:8080/v1/chat/completions'],
    ])('is below %s', async (address, url) => {
      expect((await sent({ baseURL: address })).url).toBe(url);
    });

    it.each([
      ['localhost:11434/v1', 'http://'],
      ['server.test/v1', 'http://'],
      ['/v1', 'http://'],
      ['ftp://server.test', 'http:// or https://'],
      ['file:///etc', 'http:// or https://'],
      ['javascript:alert(1)', 'http:// or https://'],
      ['http://user:word@server.test', 'user name or password'],
      ['https://sk-123456@server.test', 'user name or password'],
    ])('is rejected if it is %s', (address, reason) => {
      expect(() => createClient({ baseURL: address })).toThrow(TypeError);
      expect(() => createClient({ baseURL: address })).toThrow(/baseURL/u);
      expect(() => createClient({ baseURL: address })).toThrow(reason);
      expect(() => createClient({ baseURL: address })).not.toThrow(/user:|sk-123456/u);
    });

    it('is OpenAI by default', async () => {
      expect((await sent({ baseURL: undefined })).url).toBe('https://api.openai.com/v1/chat/completions');
    });

    it('has the query of the client and of the request, which wins', async () => {
      const config = { baseURL: `${baseURL}?a=0&tenant=7`, query: { 'api-version': '2024-06-01', a: '1' } };

      const { url } = await sent(config, { query: { a: '2 ä', b: '3' } });

      expect([...new URL(url).searchParams].sort()).toEqual([
        ['a', '2 ä'],
        ['api-version', '2024-06-01'],
        ['b', '3'],
        ['tenant', '7'],
      ]);
    });
  });

  describe('the headers', () => {
    it('include organization, project and idempotency key', async () => {
      const { headers } = await sent({ organization: 'org-1', project: 'proj-1' }, { idempotencyKey: 'once-1' });

      expect(headers).toMatchObject({
        'openai-organization': 'org-1',
        'openai-project': 'proj-1',
        'idempotency-key': 'once-1',
      });
    });

    it('are merged regardless of case; the request overrides the client, which overrides the defaults', async () => {
      const config = {
        organization: 'org-1',
        headers: { 'X-Mine': 'client', 'X-Both': 'client', ACCEPT: 'text/plain' },
      };

      const { headers } = await sent(config, { headers: { 'x-both': 'request', 'OpenAI-Organization': 'org-2' } });

      expect(headers).toEqual({
        accept: 'text/plain',
        'content-type': 'application/json',
        'openai-organization': 'org-2',
        'x-mine': 'client',
        'x-both': 'request',
      });
    });

    it.each([
      ['x-bad', 'two\nlines'],
      ['x-bad', 'naïve → not latin'],
      ['bad name', 'value'],
    ])('are rejected if "%s" is %j, without showing the value', async (name, value) => {
      const answer = sent({ headers: { [name]: value } });

      await expect(answer).rejects.toThrow(TypeError);
      await expect(answer).rejects.toThrow(`"${name}"`);
      await expect(answer).rejects.not.toThrow(value);
    });
  });

  it('are overridden by a request field by field', () => {
    const other = fakeTransport();
    const config = { apiKey: 'client-key', organization: 'org-1', redirects: 'same-origin' as const };
    const client = createClient({ baseURL, transport: fakeTransport().transport, ...config });

    client.chat(chatRequest, { transport: other.transport, apiKey: 'request-key', project: 'proj-1' }).subscribe();

    expect(other.requests[0]).toMatchObject({ url: `${baseURL}/chat/completions`, redirects: 'same-origin' });
    expect(other.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer request-key',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
    });
  });

  it.each([
    ['http://server.test/v1/chat/completions', '/chat/completions'],
    ['http://server.test/v1/chat/completions/?api-version=1', '/chat/completions'],
    ['http://server.test/v1/completions', '/completions'],
    ['http://server.test/v1/responses/', '/responses'],
    ['http://server.test/v1/embeddings', '/embeddings'],
    ['http://server.test/v1/models', '/models'],
  ])('reject %s as baseURL, and name the part to remove', (address, endpoint) => {
    const mistake = new TypeError(`baseURL must end before ${endpoint}, since the client adds the endpoint`);

    expect(() => createClient({ baseURL: address })).toThrow(mistake);
    expect(() => createClient().chat(chatRequest, { baseURL: address })).toThrow(mistake);
  });

  it.each(['http://server.test/models', 'http://server.test/completions/v1', 'http://server.test/my-completions'])(
    'allow %s as baseURL',
    async (address) => {
      expect((await sent({}, { baseURL: address })).url).toBe(`${address}/chat/completions`);
    },
  );

  it('use the server of the request', async () => {
    expect((await sent({}, { baseURL: 'http://other.test/v2' })).url).toBe('http://other.test/v2/chat/completions');
  });

  it('are kept if the request has undefined', async () => {
    const config = { apiKey: 'client-key', organization: 'org-1', headers: { 'x-mine': 'yes' }, query: { a: '1' } };
    const options = {
      apiKey: undefined,
      baseURL: undefined,
      organization: undefined,
      headers: undefined,
      query: undefined,
      transport: undefined,
      interceptors: undefined,
      deadlines: undefined,
      redirects: undefined,
    };

    expect(await sent(config, options)).toEqual(await sent(config));
  });

  it('never change the configuration', async () => {
    const config = Object.freeze({
      headers: Object.freeze({ 'X-Mine': 'yes' }),
      query: Object.freeze({ a: '1' }),
      deadlines: Object.freeze({ idle: 1000 }),
    });

    await expect(sent(config, Object.freeze({ headers: Object.freeze({ a: 'b' }) }))).resolves.toBeDefined();
  });
});
