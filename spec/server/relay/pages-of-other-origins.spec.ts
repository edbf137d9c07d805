import { of } from 'rxjs';
import { chatRequest } from '../../support/answers.js';
import { chatPath, relayed } from '../../support/relayed.js';

const page = 'https://app.example';
const origins = ['https://other.example', page];

const corsHeaders = (response: Response): object =>
  Object.fromEntries([...response.headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')));

const readable = {
  vary: 'origin',
  'access-control-allow-origin': page,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-stream-id, x-request-id, retry-after, retry-after-ms',
};

const preflight = (origin: string, headers = 'authorization,content-type,x-stainless-os'): RequestInit => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
});

describe('Pages of other origins', () => {
  it('may send requests where their origin is listed', async () => {
    const authorize = jest.fn();
    const response = await relayed({ origins, authorize }).ask(chatPath, preflight(page));

    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(corsHeaders(response)).toEqual({
      ...readable,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, last-event-id, authorization,content-type,x-stainless-os',
      'access-control-max-age': '600',
    });
    expect(authorize).not.toHaveBeenCalled();
  });

  it.each(['https://evil.example', 'https://app.example.evil.test', 'null', 'http://app.example'])(
    'may not from %s',
    async (origin) => {
      const { ask } = relayed({ origins });
      const asked = await ask(chatPath, preflight(origin));
      const read = await ask('/v1/models', { headers: { origin } });

      expect([asked.status, corsHeaders(asked)]).toEqual([405, { vary: 'origin' }]);
      expect([read.status, corsHeaders(read)]).toEqual([200, { vary: 'origin' }]);
    },
  );

  it('may not where no origins are listed', async () => {
    const { ask } = relayed();
    const asked = await ask(chatPath, preflight(page));
    const read = await ask('/v1/models', { headers: { origin: page } });

    expect([asked.status, corsHeaders(asked)]).toEqual([405, {}]);
    expect([read.status, corsHeaders(read)]).toEqual([200, {}]);
  });

  it('read answers and refusals, also those of authorize', async () => {
    const headers = { origin: page };
    const refusal = Response.redirect('https://sign-in.example/');
    const relays = [relayed({ origins }), relayed({ origins, authorize: () => of(refusal) })];
    const responses = [
      ...(await Promise.all(relays.map(({ post }) => post(chatPath, chatRequest, headers)))),
      await relayed({ origins }).post('/nothing', chatRequest, headers),
    ];

    expect(responses.map(({ status }) => status)).toEqual([200, 302, 404]);
    expect(responses[1]?.headers.get('location')).toBe('https://sign-in.example/');
    for (const response of responses) {
      expect(corsHeaders(response)).toEqual(readable);
    }
  });
});
