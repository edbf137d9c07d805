import { noop } from 'rxjs';
import { fetchTransport } from '../../src/index.js';
import { failureOf } from '../support/observe.js';
import { expectNoKey, key } from '../support/secret-key.js';
import { transportRequest } from '../support/transport-events.js';

const request = transportRequest('http://server.test/v1', { headers: { authorization: `Bearer ${key}` } });

/** The error of an exchange whose fetch fails with what is made of its request. */
function failureWith(cause: (sent: Request) => unknown): Promise<unknown> {
  const fetch = (url: unknown, init?: RequestInit): Promise<Response> =>
    Promise.reject(cause(new Request(String(url), init)));
  return failureOf(fetchTransport({ fetch })(request));
}

it.each<[string, (sent: Request) => unknown]>([
  ['its message', (sent) => new Error(`bad header ${sent.headers.get('authorization')}`)],
  ['its request', (sent) => Object.assign(new Error('failed'), { request: sent })],
  ['the headers of its request', ({ headers }) => Object.assign(new Error('failed'), { response: { headers } })],
  ['a getter', ({ headers }) => Object.assign(new Error('failed'), { request: hiding(headers) })],
  ['a symbol', () => Object.assign(new Error('failed'), { [Symbol('sent')]: { key } })],
  ['the name of a field', () => Object.assign(new Error('failed'), { [key]: 1 })],
  ['its cause', () => new Error('failed', { cause: { errors: [new Map([['key', key]])] } })],
  ['its code', () => Object.assign(new Error('failed'), { code: key })],
  ['a text in its place', () => key],
])('leaves out a cause that holds the key in %s', async (_where, cause) => {
  const error = await failureWith(cause);

  expect(error).toMatchObject({ name: 'ConnectionError' });
  expect(error).not.toHaveProperty('cause');
  expectNoKey(error);
});

it('keeps any other cause', async () => {
  const cause = Object.assign(new TypeError('failed'), { code: 'ECONNRESET' });
  const error = await failureWith(() => cause);

  expect(error).toMatchObject({ message: 'No answer from http://server.test (ECONNRESET)' });
  expect(error).toHaveProperty('cause', cause);
});

it('survives causes without end', async () => {
  let chain = new Error('first');
  for (let depth = 0; depth < 100_000; depth += 1) {
    chain = new Error('next', { cause: chain });
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;

  expect(await failureWith(() => chain)).toMatchObject({ name: 'ConnectionError' });
  expect(await failureWith(() => circle)).toMatchObject({ name: 'ConnectionError', cause: circle });
});

it('survives a cause that cannot be read', async () => {
  const cause = {
    get url(): string {
      throw new Error('no');
    },
    forEach: noop,
  };

  expect(await failureWith(() => cause)).toMatchObject({ name: 'ConnectionError' });
});

/** Shows its headers, though no field of its own holds them. */
function hiding(headers: Headers): object {
  return new (class {
    get headers(): Headers {
      return headers;
    }
  })();
}
