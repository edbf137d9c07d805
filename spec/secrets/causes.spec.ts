import { NEVER, Observable } from 'rxjs';
import { fetchTransport } from '../../src/index.js';
import { failureOf } from '../support/observe.js';
import { expectNoKey, key } from '../support/secret-key.js';
import { transportRequest } from '../support/transport-events.js';

const request = transportRequest('http://server.test/v1', { headers: { authorization: `Bearer ${key}` } });

/** The error of an exchange whose fetch fails with `thrown`, or with what it makes of the request. */
function failureWith(thrown: unknown): Promise<{ readonly cause?: unknown }> {
  const fetch = (url: unknown, init?: RequestInit): Promise<Response> =>
    Promise.reject(
      typeof thrown === 'function' ? (thrown as (sent: Request) => unknown)(new Request(String(url), init)) : thrown,
    );
  return failureOf(fetchTransport({ fetch })(request)) as Promise<{ readonly cause?: unknown }>;
}

/** Fails when it is called. */
function never(): never {
  throw new Error('called');
}

describe('the cause of a ConnectionError', () => {
  it.each<[string, unknown]>([
    ['an Error', new TypeError('failed')],
    ['an Error with a code', Object.assign(new Error('failed'), { code: 'ECONNRESET', errno: -104, syscall: 'read' })],
    ['an Error with causes', new TypeError('failed', { cause: new Error('reset', { cause: new Error('below') }) })],
    ['an AggregateError', new AggregateError([new Error('IPv4'), new Error('IPv6')], 'failed')],
    ['an Error without a message', new Error()],
    ['a DOMException', new DOMException('timed out', 'TimeoutError')],
    ['a text', 'failed'],
    ['a number', 7],
  ])('is what fetch threw if that is %s', async (_what, thrown) => {
    expect((await failureWith(thrown)).cause).toBe(thrown);
  });

  it('tells its code in the message', async () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

    expect(await failureWith(new TypeError('failed', { cause: reset }))).toMatchObject({
      name: 'ConnectionError',
      message: 'No answer from http://server.test (ECONNRESET)',
    });
  });

  it.each<[string, (sent: Request) => unknown]>([
    ['its message', (sent) => new Error(`bad header ${sent.headers.get('authorization')}`)],
    ['its message in a URL', () => new Error(`GET /?key=${encodeURIComponent(key)}`)],
    ['its name', () => Object.assign(new Error('failed'), { name: key })],
    ['its code', () => Object.assign(new Error('failed'), { code: key })],
    ['its stack', () => Object.assign(new Error(key), { message: 'failed' })],
    ['another field', () => Object.assign(new Error('failed'), { header: `Bearer ${key}` })],
    ['the name of a field', () => Object.assign(new Error('failed'), { [key]: 1 })],
    ['a symbol', () => Object.assign(new Error('failed'), { [Symbol(key)]: 1 })],
    ['the field of a symbol', () => Object.assign(new Error('failed'), { [Symbol('sent')]: { key } })],
    ['its request', (sent) => Object.assign(new Error('failed'), { request: sent })],
    ['the headers of its request', ({ headers }) => Object.assign(new Error('failed'), { response: { headers } })],
    [
      'the configuration, as of axios',
      () =>
        Object.assign(new Error('failed'), {
          name: 'AxiosError',
          code: 'ERR_NETWORK',
          config: { headers: { Authorization: `Bearer ${key}` } },
        }),
    ],
    ['a function', () => Object.assign(new Error('failed'), { retry: Object.assign(() => key, { key }) })],
    ['its cause', () => new Error('failed', { cause: new Error(key) })],
    ['one of its errors', () => new AggregateError([new Error('first'), new Error(key)], 'failed')],
    ['an object as its cause', () => new Error('failed', { cause: new Map([['key', key]]) })],
    ['a DOMException', () => new DOMException(key, key)],
    ['a plain object', () => ({ message: `failed ${key}`, key })],
  ])('has no key in %s', async (_where, thrown) => {
    const error = await failureWith(thrown);

    expect(error).toMatchObject({ name: 'ConnectionError', cause: { message: expect.any(String) as string } });
    expectNoKey(error);
  });

  it('keeps name, message, code, stack, cause and errors where it cannot be kept itself', async () => {
    const thrown = Object.assign(new AggregateError([new Error('first'), key], `failed with ${key}`), {
      name: 'AxiosError',
      code: 'ERR_NETWORK',
      config: { headers: { Authorization: `Bearer ${key}` } },
      cause: new Error('below'),
    });
    const error = await failureWith(thrown);
    expect(error).toMatchObject({
      message: 'No answer from http://server.test (ERR_NETWORK)',
      cause: {
        name: 'AxiosError',
        message: 'failed with [redacted]',
        code: 'ERR_NETWORK',
        stack: expect.stringMatching(/^\w*Error: failed with \[redacted\]\n +at /u) as string,
        cause: thrown.cause,
        errors: [thrown.errors[0], '[redacted]'],
      },
    });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.cause).not.toHaveProperty('config');
    expectNoKey(error);
  });

  it('is redacted if it is a text', async () => {
    expect(await failureWith(`refused ${key}`)).toHaveProperty('cause', 'refused [redacted]');
  });

  it.each<[string, unknown]>([
    [
      'an event',
      new (class ProgressEvent extends Event {
        readonly request = { key };
      })('error'),
    ],
    ['a list', [key]],
    ['an Observable', new Observable(never)],
    ['a Proxy', new Proxy({}, { ownKeys: never, getPrototypeOf: () => null })],
  ])('is left out if it is %s', async (_what, thrown) => {
    expect(await failureWith(thrown)).not.toHaveProperty('cause');
  });

  it('is not called: no getter, no method, no Observable', async () => {
    const guarded = (): object => ({
      get url(): string {
        return never();
      },
      forEach: never,
      toString: never,
      [Symbol.iterator]: never,
    });
    class Failure extends Error {
      get request(): unknown {
        return never();
      }
      get code(): string {
        return never();
      }
      toJSON(): unknown {
        return never();
      }
    }
    const thrown = Object.defineProperties(new Failure('failed', { cause: guarded() }), {
      response: { get: never, enumerable: true },
      errors: { value: Object.assign([guarded(), new Error('first')], { map: never, [Symbol.iterator]: never }) },
      source: { value: Object.assign(NEVER.pipe(), { subscribe: never, forEach: never }) },
    });

    expect(await failureWith(thrown)).toMatchObject({ cause: { message: 'failed', errors: [new Error('first')] } });
  });

  it.each(['name', 'message'])('is not called by the stack, which the runtime begins with the %s', async (field) => {
    const get = jest.fn(() => 'called');
    class Failure extends Error {}
    Object.defineProperty(Failure.prototype, field, { get });
    const inherited = Object.assign(new Failure(), { code: 'ECONNRESET' });
    const own = Object.defineProperty(new Error('failed'), field, { get });

    expect((await failureWith(own)).cause).not.toBe(own);
    expect((await failureWith(inherited)).cause).not.toBe(inherited);
    expect((await failureWith(new Error('failed', { cause: own }))).cause).toMatchObject({ message: 'failed' });
    expect(get).not.toHaveBeenCalled();
  });

  it('reads no more of a Proxy than its own fields and prototypes', async () => {
    const read: PropertyKey[] = [];
    const thrown = new Proxy(new Error('failed'), {
      get: (target, name) => {
        read.push(name);
        return Reflect.get(target, name) as unknown;
      },
    });

    const error = await failureWith(thrown);
    const names = read.filter((name) => typeof name === 'string');

    expect(names).toEqual([]);
    expect(error.cause === thrown).toBe(true);
  });

  it('is read to a depth of 5', async () => {
    let chain = new Error('0');
    for (let depth = 1; depth < 100_000; depth += 1) {
      chain = new Error(String(depth), { cause: chain });
    }
    const messages: string[] = [];
    for (let { cause } = await failureWith(chain); cause instanceof Error; cause = cause.cause) {
      messages.push(cause.message);
    }

    expect(messages).toEqual(['99999', '99998', '99997', '99996', '99995', '99994']);
  });

  it('may be its own cause, and have one error in several places', async () => {
    const shared = new Error('shared');
    const own = new AggregateError([shared, shared], 'own', { cause: shared });
    const circle = new Error('circle');
    circle.cause = circle;

    expect((await failureWith(own)).cause).toBe(own);
    expect((await failureWith(circle)).cause).toMatchObject({ message: 'circle' });
    expect((await failureWith(circle)).cause).not.toHaveProperty('cause');
  });
});
