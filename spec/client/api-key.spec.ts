import { defer, EMPTY, Observable, of, Subject, throwError } from 'rxjs';
import { createClient, retryTransient, type ApiKey, type ClientConfig } from '../../src/index.js';
import { answer, chatRequest, fakeTransport, hello } from '../support/answers.js';
import { failureOf, observe } from '../support/observe.js';

const baseURL = 'http://server.test/v1';

/** The authorization header sent. */
async function sentWith(config: ClientConfig): Promise<string | undefined> {
  const { transport, requests } = fakeTransport();
  await observe(createClient({ baseURL, transport, ...config }).chat(chatRequest)).ended;
  return requests[0]!.headers['authorization'];
}

/** The error for an invalid key; nothing may be sent. */
async function failureWith(apiKey: unknown): Promise<unknown> {
  const { transport, requests } = fakeTransport();
  const error = await failureOf(createClient({ baseURL, transport, apiKey: apiKey as ApiKey }).chat(chatRequest));
  expect(requests).toHaveLength(0);
  return error;
}

describe('apiKey', () => {
  it.each<[string, ApiKey]>([
    ['a text', 'key-1'],
    ['a string with a final line break, as in files', ' key-1\r\n'],
    ['a function that returns a string', () => 'key-1'],
    ['a function that returns a string with a final line break', () => 'key-1\n'],
    ['a function that returns a Promise', () => Promise.resolve('key-1')],
    ['an async function', async () => Promise.resolve('key-1')],
    ['a function that returns an Observable', () => of('key-1')],
    [
      'a function that returns an Observable, which is unsubscribed',
      () => new Observable((subscriber) => subscriber.next('key-1')),
    ],
  ])('is sent as a bearer token if it is %s', async (_kind, apiKey) => {
    expect(await sentWith({ apiKey })).toBe('Bearer key-1');
  });

  it.each<[string, ApiKey]>([
    ['text', ''],
    ['text of white space', ' \n'],
    ['function', () => ''],
    ['Promise', () => Promise.resolve('')],
  ])('is not sent if it is an empty %s', async (_kind, apiKey) => {
    expect(await sentWith({ apiKey })).toBeUndefined();
  });

  it.each(['authorization', 'Authorization'])("is replaced by the caller's header %s", async (name) => {
    const apiKey = jest.fn(() => 'key-1');

    expect(await sentWith({ apiKey, headers: { [name]: 'Basic abc' } })).toBe('Basic abc');
    expect(apiKey).not.toHaveBeenCalled();
  });

  it('is requested once per exchange, on subscription', async () => {
    const keys = ['first', 'second', 'third'];
    const apiKey = jest.fn(() => keys.shift() ?? 'none left');
    const busy = answer('', { status: 503, headers: { 'retry-after': '0.001' } });
    const { transport, requests } = fakeTransport(busy, answer(hello));
    const chunks = createClient({ baseURL, transport, apiKey }).chat(chatRequest);
    expect(apiKey).not.toHaveBeenCalled();

    await observe(chunks.pipe(retryTransient())).ended;
    await observe(chunks).ended;

    expect(apiKey).toHaveBeenCalledTimes(3);
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer third',
    ]);
  });

  it('is awaited until the request is unsubscribed', () => {
    const keys = new Subject<string>();
    const { transport, requests } = fakeTransport();
    const seen = observe(createClient({ baseURL, transport, apiKey: () => keys }).chat(chatRequest));
    expect([requests.length, keys.observed]).toEqual([0, true]);

    seen.unsubscribe();

    expect(keys.observed).toBe(false);
  });

  it('is taken once, even if its source goes on', () => {
    const keys = new Subject<string>();
    const { transport, requests } = fakeTransport();
    observe(createClient({ baseURL, transport, apiKey: () => keys }).chat(chatRequest));

    keys.next('first');
    keys.next('second');

    expect(requests).toHaveLength(1);
    expect(keys.observed).toBe(false);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no vault');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no vault'))],
    ['returns an Observable that fails', () => throwError(() => new Error('no vault'))],
  ])('fails the request with the same error if its function %s', async (_how, apiKey) => {
    expect(await failureWith(apiKey)).toMatchObject({ message: 'no vault' });
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a number', () => 123456789],
    ['a Promise of nothing', () => Promise.resolve(undefined)],
    ['a Promise of a number', () => Promise.resolve(123456789)],
    ['an Observable that is empty', () => EMPTY],
    ['an Observable of another object', () => defer(() => of({ token: '123456789' }))],
    ['another object', () => ({ token: '123456789' })],
  ])('fails the request with a TypeError if its function returns %s', async (_what, apiKey) => {
    const error = await failureWith(apiKey);

    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('apiKey');
    expect((error as Error).message).not.toContain('123456789');
  });

  it.each<[string, ApiKey]>([
    ['a line break', 'key-1\nkey-2'],
    ['a character that is not allowed in headers', 'key-1→key-2'],
    ['a line break, from a function', () => 'key-1\r\nkey-2'],
  ])('fails the request with a TypeError if it contains %s', async (_what, apiKey) => {
    const error = await failureWith(apiKey);

    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('apiKey');
    expect((error as Error).message).not.toContain('key-');
  });
});
