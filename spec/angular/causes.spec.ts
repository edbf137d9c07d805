/** @jest-environment ./.config/jest-page.mjs */
import { Observable } from 'rxjs';
import { fetchTransport } from '../../src/index.js';
import { failureOf } from '../support/observe.js';
import { transportRequest } from '../support/transport-events.js';

describe('an error of a page that is the cause of a ConnectionError', () => {
  it.each<[string, () => unknown]>([
    ['a ProgressEvent', () => new ProgressEvent('error')],
    ['an ErrorEvent', () => new ErrorEvent('error', { message: 'broken', error: new Error('broken') })],
    [
      'an error that holds an XMLHttpRequest',
      () => Object.assign(new Error('broken'), { request: new XMLHttpRequest() }),
    ],
    ['an error that holds the window', () => Object.assign(new Error('broken'), { view: window })],
    ['an error caused by a ProgressEvent', () => new Error('broken', { cause: new ProgressEvent('error') })],
    ['a DOMException', () => new DOMException('broken', 'NetworkError')],
  ])('may be %s', async (_what, create) => {
    const fetch = (): Promise<Response> => Promise.reject(create());

    expect(await failureOf(fetchTransport({ fetch })(transportRequest('http://server.test/v1')))).toMatchObject({
      name: 'ConnectionError',
      retryable: true,
      message: 'No answer from http://server.test',
    });
  });

  it('is read without running any of its code', async () => {
    const run = jest.fn();
    const error = Object.defineProperties(new Error('broken', { cause: new Observable(run) }), {
      request: { enumerable: true, get: run },
      toJSON: { enumerable: true, value: run },
      stream: { enumerable: true, value: new Observable(run) },
    });
    const fetch = (): Promise<Response> => Promise.reject(error);

    expect(await failureOf(fetchTransport({ fetch })(transportRequest('http://server.test/v1')))).toMatchObject({
      name: 'ConnectionError',
      cause: { message: 'broken' },
    });
    expect(run).not.toHaveBeenCalled();
  });
});
