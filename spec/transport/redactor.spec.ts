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
