import fc from 'fast-check';
import { type ClientConfig, createClient, type Interceptor } from '../../src/index.js';
import { answer, chatRequest, fakeTransport } from '../support/answers.js';
import { failureOf } from '../support/observe.js';

const baseURL = 'http://server.test/v1';
const apiKey = 'sk-abc-123456';

/** What the message of an error shows of a text that a server answered with. */
async function shown(text: string, config: ClientConfig): Promise<string> {
  const { transport } = fakeTransport(answer(JSON.stringify({ error: { message: text } }), { status: 400 }));
  const error = await failureOf(createClient({ baseURL, transport, ...config }).chat(chatRequest));
  return (error as Error).message.replace(/^400 /u, '');
}

/** A client whose interceptor sends requests to another address. */
function at(url: string): ClientConfig {
  return { interceptors: [(request, next) => next({ ...request, url })] satisfies Interceptor[] };
}

describe('the message of an error', () => {
  it.each([
    ['the key', 'wrong key sk-abc-123456', 'wrong key [redacted]'],
    ['the whole header', 'wrong header "Bearer sk-abc-123456"', 'wrong header "[redacted]"'],
    ['the key each time', 'sk-abc-123456, yes sk-abc-123456', '[redacted], yes [redacted]'],
    ['the key in any case', 'SK-ABC-123456', '[redacted]'],
    ['the start of the key at its end, where it may be cut', 'wrong key sk-abc-1234', 'wrong key [redacted]'],
    ['an escape that is cut as well', String.raw`sk-abc\u002d1234\u00`, '[redacted]'],
  ])('does not show %s', async (_what, text, expected) => {
    expect(await shown(text, { apiKey })).toBe(expected);
  });

  it.each([
    ['the start of the key before other text', 'sk-abc-1234 is how it begins'],
    ['fewer than 8 characters of the key at its end', 'bearer tokens begin with sk-abc'],
  ])('shows %s', async (_what, text) => {
    expect(await shown(text, { apiKey })).toBe(text);
  });

  it.each([
    ['as it is', 'ab/cd+ef=="gh'],
    ['in JSON', JSON.stringify('ab/cd+ef=="gh')],
    ['in JSON with escaped slashes', String.raw`ab\/cd+ef==\"gh`],
    ['in JSON with escaped signs', String.raw`ab\u002Fcd\u002bef\u003d\u003d\u0022gh`],
    ['in JSON with escaped letters', String.raw`\u0061b/cd+ef=="g\u0068`],
    ['in a URL', encodeURIComponent('ab/cd+ef=="gh')],
  ])('does not show a key %s', async (_where, text) => {
    expect(await shown(`wrong key ${text}!`, { apiKey: 'ab/cd+ef=="gh' })).not.toMatch(/ab|cd|ef|gh/u);
  });

  it.each([
    ['JSON', String.raw`sk-abc\/1234`],
    ['JSON, within an escape', String.raw`sk-abc\/1234\u00`],
    ['a URL', 'sk-abc%2f1234'],
    ['a URL, within an escape', 'sk-abc%2f1234%2'],
  ])('does not show what a cut left of a key in %s', async (_where, text) => {
    expect(await shown(`wrong key ${text}`, { apiKey: 'sk-abc/1234+5678' })).toBe('wrong key [redacted]');
  });

  it.each(['a=b=c=d=e=f', 'a,b,c,d,e', 'clé-secrète', '(.*)[a-z]{3}\\', 'a\\\\b\\u0063', '%25%2f'])(
    'does not show the odd key %s',
    async (key) => {
      expect(await shown(`wrong key ${key}!`, { apiKey: key })).toBe('wrong key [redacted]!');
    },
  );

  it('does not show a key beyond ASCII in a URL or as JSON escapes', async () => {
    const text = String.raw`${encodeURIComponent('clé-secrète')} cl\u00e9-secr\u00E8te`;

    expect(await shown(text, { apiKey: 'clé-secrète' })).toBe('[redacted] [redacted]');
  });

  it('does not show a key in any text, at any place', async () => {
    const key = 'sk-abc/123456+xyz';
    const spelled = fc.constantFrom(key, key.replaceAll('/', '\\/'), encodeURIComponent(key), key.toUpperCase());

    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        spelled,
        fc.string({ unit: 'binary' }),
        async (before, told, after) => {
          expect((await shown(before + told + after, { apiKey: key })).toLowerCase()).not.toContain('123456');
        },
      ),
    );
  });

  it('keeps what is next to a key, escapes included', async () => {
    const text = String.raw`"not \"sk-abc-123456\"\n" ä%20sk-abc-123456&amp;x`;

    expect(await shown(text, { apiKey })).toBe(String.raw`"not \"[redacted]\"\n" ä%20[redacted]&amp;x`);
  });

  it('does not show a key of 16 KB', async () => {
    const key = 'x-yz'.repeat(4096);

    expect(await shown(`wrong key ${key}! ${key.slice(0, 9000)}`, { apiKey: key })).toBe(
      'wrong key [redacted]! [redacted]',
    );
  });

  it.each([
    'authorization',
    'Authorization',
    'api-key',
    'x-api-key',
    'x-goog-api-key',
    'cookie',
    'x-session-token',
    'x-secret',
  ])('does not show the header %s', async (name) => {
    expect(await shown('you sent value-123', { headers: { [name]: 'value-123' } })).toBe('you sent [redacted]');
  });

  it('does not show the values of a cookie', async () => {
    const text = await shown('session abcdef123 expired', { headers: { cookie: 'session=abcdef123; theme=darkness' } });

    expect(text).not.toContain('abcdef');
  });

  it('does not show secret parameters of the URL', async () => {
    const query = { 'api-version': '2024-06-01', key: 'value/123' };
    const text = 'GET /v1?api-version=2024-06-01&key=value%2F123, value/123';

    expect(await shown(text, { query })).toBe('GET /v1?api-version=2024-06-01&key=[redacted], [redacted]');
  });

  it('does not show user name and password of the URL', async () => {
    const config = at('http://sk-abc-123456:pass%2Fword@server.test/v1');

    expect(await shown('http://sk-abc-123456:pass%2Fword@server.test', config)).toBe(
      'http://[redacted]:[redacted]@server.test',
    );
  });

  it('leaves no part of a key that contains another', async () => {
    const config = { apiKey: 'abcdef', headers: { 'x-api-key': 'abcdefghijkl' } };

    expect(await shown('abcdefghijkl', config)).toBe('[redacted]');
  });

  it('shows other headers, and values of fewer than 4 characters', async () => {
    const config = { apiKey: 'x', headers: { 'x-api-key': 'abc' } };

    expect(await shown('Bearer of application/json, abc of it x', config)).toBe(
      'Bearer of application/json, abc of it x',
    );
  });

  it('shows a key of fewer than 8 characters only as a part of a word', async () => {
    const text = String.raw`wrong key "llama" for ollama, llama2 at ?key=%22llama%22\nllama.`;

    expect(await shown(text, { apiKey: 'llama' })).toBe(
      String.raw`wrong key "[redacted]" for ollama, llama2 at ?key=%22[redacted]%22\n[redacted].`,
    );
  });

  it('shows everything where there is no secret', async () => {
    expect(await shown('the key sk-abc-123456', {})).toBe('the key sk-abc-123456');
  });
});

describe('an error body of 64 KB', () => {
  // The number of comparisons is the same on every machine.
  async function comparisons(body: string, key: string): Promise<number> {
    const original = Object.getOwnPropertyDescriptor(String.prototype, 'startsWith')!;
    let count = 0;
    Object.defineProperty(String.prototype, 'startsWith', {
      ...original,
      value(this: string, ...given: unknown[]): unknown {
        count += 1;
        return Reflect.apply(original.value as () => unknown, this, given);
      },
    });
    try {
      await shown(body, { apiKey: key, limits: { errorBodyBytes: Infinity } });
    } finally {
      Object.defineProperty(String.prototype, 'startsWith', original);
    }
    return count;
  }

  it.each([
    ['\\', apiKey],
    ['%25', apiKey],
    ['%', apiKey],
    ['ä', apiKey],
    ['\ud800', apiKey],
    ['s', apiKey],
    ['sk-abc', apiKey],
    ['\\u0073k-', apiKey],
    ['\\', '\\'.repeat(20)],
    ['aaaa', `${'a'.repeat(20)}b`],
  ])('of %j is searched for %j in linear time', async (unit, key) => {
    const body = unit.repeat(Math.ceil(65_536 / unit.length));
    const half = await comparisons(body.slice(0, body.length / 2), key);
    const whole = await comparisons(body, key);

    expect(whole).toBeGreaterThan(0);
    expect(whole / half).toBeLessThan(2.5);
  });
});
