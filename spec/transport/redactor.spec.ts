import fc from 'fast-check';
import { createRedactor } from '../../src/transport/redactor.js';
import { transportRequest } from '../support/transport-events.js';

const url = 'http://server.test/v1/chat';

function redactorFor(headers: Readonly<Record<string, string>>, address = url): (text: string) => string {
  const redactor = createRedactor();
  redactor.learn(transportRequest(address, { headers }));
  return redactor.redact;
}

it.each([
  ['the key', 'wrong key sk-abc-123456', 'wrong key [redacted]'],
  ['the whole header', 'wrong header "Bearer sk-abc-123456"', 'wrong header "[redacted]"'],
  ['each time it is told', 'sk-abc-123456, yes sk-abc-123456', '[redacted], yes [redacted]'],
  ['whatever its case', 'SK-ABC-123456', '[redacted]'],
  ['nothing else', 'bearer tokens begin with sk-abc', 'bearer tokens begin with sk-abc'],
])('takes out %s', (_what, text, expected) => {
  expect(redactorFor({ authorization: 'Bearer sk-abc-123456' })(text)).toBe(expected);
});

it.each([
  ['plain', 'ab/cd+ef=="gh'],
  ['in JSON', JSON.stringify('ab/cd+ef=="gh')],
  ['in JSON with escaped slashes', String.raw`ab\/cd+ef==\"gh`],
  ['in JSON within JSON', String.raw`ab\\\/cd+ef==\\\"gh`],
  ['in JSON with escaped signs', String.raw`ab\u002Fcd\u002bef\u003d\u003d\u0022gh`],
  ['in an address', encodeURIComponent('ab/cd+ef=="gh')],
  ['in a page', 'ab&#x2F;cd&#43;ef==&quot;gh'],
  ['with letters as escapes', String.raw`\u0061b/cd+ef=="g\u0068`],
  ['in an address within an address', encodeURIComponent(encodeURIComponent('ab/cd+ef=="gh'))],
  ['in a page that names every sign', 'ab&sol;cd&plus;ef&equals;&equals;&quot;gh'],
])('finds a key %s', (_where, text) => {
  const redacted = redactorFor({ authorization: 'Bearer ab/cd+ef=="gh' })(`wrong key ${text}!`);

  expect(redacted).not.toMatch(/ab|cd|ef|gh/u);
});

it.each(['a=b=c=d=e=f', 'a,b,c,d,e', 'ключ-к-серверу', '(.*)[a-z]{3}\\'])('finds the odd key %s', (key) => {
  expect(redactorFor({ authorization: `Bearer ${key}` })(`wrong key ${key}!`)).toBe('wrong key [redacted]!');
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
])('knows that %s is secret', (name) => {
  expect(redactorFor({ [name]: 'value-123' })('you sent value-123')).toBe('you sent [redacted]');
});

it('takes out the values of a cookie one by one', () => {
  expect(redactorFor({ cookie: 'session=abcdef123; theme=darkness' })('session abcdef123 expired')).not.toContain(
    'abcdef',
  );
});

it('takes out the parameters of the address that are secret', () => {
  const redact = redactorFor({}, `${url}?api-version=2024-06-01&key=value%2F123`);

  expect(redact('GET /v1?api-version=2024-06-01&key=value%2F123, value/123')).toBe(
    'GET /v1?api-version=2024-06-01&key=[redacted], [redacted]',
  );
});

it('takes out the user and password of the address', () => {
  const redact = redactorFor({}, 'http://sk-abc-123456:pass%2Fword@server.test/v1');

  expect(redact('http://sk-abc-123456:pass%2Fword@server.test')).toBe('http://[redacted]:[redacted]@server.test');
});

it('leaves other headers and short values', () => {
  const redact = redactorFor({ 'content-type': 'application/json', 'api-key': 'abc', authorization: 'Bearer x' });

  expect(redact('Bearer of application/json, abc of it x')).toBe('Bearer of application/json, abc of it x');
});

it('takes out a short key only where it stands alone', () => {
  const redact = redactorFor({ authorization: 'Bearer llama' });

  expect(redact('wrong key "llama" for ollama')).toBe('wrong key "[redacted]" for ollama');
});

it('takes out the beginning of a key at which a text was cut', () => {
  const redact = redactorFor({ authorization: 'Bearer sk-abc-123456' });

  expect(redact('wrong key sk-abc-1234')).toBe('wrong key [redacted]');
});

it('remembers the keys of earlier requests', () => {
  const redactor = createRedactor();
  redactor.learn(transportRequest(url, { headers: { authorization: 'Bearer first-key' } }));
  redactor.learn(transportRequest(url, { headers: { authorization: 'Bearer second-key' } }));

  expect(redactor.redact('first-key or second-key')).toBe('[redacted] or [redacted]');
});

it('leaves no part of a key that contains another', () => {
  const redact = redactorFor({ authorization: 'Bearer abcdef', 'x-api-key': 'abcdefghijkl' });

  expect(redact('abcdefghijkl')).toBe('[redacted]');
});

it('knows no secret of a request that has none', () => {
  expect(redactorFor({}, '/relative')('text')).toBe('text');
});

it('takes out what a cut left of a key at the end of a text', () => {
  const redact = redactorFor({ authorization: 'Bearer sk-abc-123456' });

  expect(redact('wrong key sk-abc-1234')).toBe('wrong key [redacted]');
  expect(redact('sk-abc-1234 is how it begins')).toBe('sk-abc-1234 is how it begins');
});

it('takes out a short key where it stands alone', () => {
  const redact = redactorFor({ authorization: 'Bearer ab123' });

  expect(redact('bad key ab123.')).toBe('bad key [redacted].');
  expect(redact('cab1234 is another word')).toBe('cab1234 is another word');
});

it('finds a key beyond ASCII in an address', () => {
  expect(redactorFor({ authorization: 'Bearer clé-secrète' })(encodeURIComponent('clé-secrète'))).toBe('[redacted]');
});

describe('base64', () => {
  const key = 'sk-abc?~>ÿ-123456';
  const redact = redactorFor({ authorization: `Bearer ${key}` });

  it.each(['', 'a', 'ab', 'user:', 'Bearer ', 'Basic user:'])('hides a key behind "%s" no better', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${before}${key}!`).toString(encoding);
      const known = redact(`you sent ${encoded}`);

      expect(known).toContain('[redacted]');
      expect(known.replace(/^you sent /u, '').replace('[redacted]', '').length).toBeLessThan(before.length * 1.4 + 7);
    }
  });

  it('hides it no better in JSON or an address', () => {
    const encoded = Buffer.from(key).toString('base64');

    expect(redact(encoded.replaceAll('/', '\\/'))).toMatch(/^\[redacted\].{0,4}$/u);
    expect(redact(encodeURIComponent(encoded))).toMatch(/^\[redacted\].{0,4}$/u);
  });

  it('leaves other text in base64', () => {
    const other = Buffer.from('an innocent text, and a long one').toString('base64');

    expect(redact(other)).toBe(other);
  });
});

it.each([
  ['JSON', String.raw`wrong key sk-abc\/1234`],
  ['JSON, inside an escape', String.raw`wrong key sk-abc\/1234\u00`],
  ['an address', 'wrong key sk-abc%2f1234'],
  ['an address, inside an escape', 'wrong key sk-abc%2f1234%2'],
  ['a page, inside an escape', 'wrong key sk-abc&#x2f;1234&#x'],
  ['base64', `wrong key ${Buffer.from('sk-abc/1234').toString('base64').slice(0, 12)}`],
])('takes out what a cut left of a key in %s', (_where, text) => {
  expect(redactorFor({ authorization: 'Bearer sk-abc/1234+5678' })(text)).toBe('wrong key [redacted]');
});

it('keeps what stands beside a key, escapes included', () => {
  const redact = redactorFor({ authorization: 'Bearer sk-abc-123456' });

  expect(redact(String.raw`"not \"sk-abc-123456\"\n"`)).toBe(String.raw`"not \"[redacted]\"\n"`);
  expect(redact('ä%20sk-abc-123456&amp;x')).toBe('ä%20[redacted]&amp;x');
});

it('finds the key in any text, at any place', () => {
  const key = 'sk-abc/123456+xyz';
  const redact = redactorFor({ authorization: `Bearer ${key}` });
  const spelled = fc.constantFrom(key, key.replaceAll('/', '\\/'), encodeURIComponent(key), key.toUpperCase());

  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), spelled, fc.string({ unit: 'binary' }), (before, told, after) => {
      fc.pre(!/[\\%&][\da-z#]{0,9}$/iu.test(before));

      expect(redact(before + told + after).toLowerCase()).not.toContain('123456');
    }),
  );
});

// Reading it once takes a moment; beginning anew at each character would take hours.
it.each(['\\', '%25', '%', '&#0', '&#x0', '&', 'ä', '\ud800', 's', 'sk-abc', '\\u0073k-'])(
  'reads a long text of %j once',
  (unit) => {
    const text = unit.repeat(150_000);

    expect(redactorFor({ authorization: 'Bearer sk-abc-123456' })(text)).toBe(text);
  },
);
