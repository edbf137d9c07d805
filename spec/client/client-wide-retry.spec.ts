import { NEVER, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  ConnectionError,
  createClient,
  type Interceptor,
  retryTransient,
  textDeltas,
  toText,
} from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';
const apiKey = 'secret-key-1';
const busy = answer('{"error":{"message":"Slow down"}}', { status: 429, headers: { 'retry-after': '3' } });

function retrying(scheduler: TestScheduler): readonly Interceptor[] {
  return [(request, next) => next(request).pipe(retryTransient({ scheduler, random: () => 0.006 }))];
}

describe('client-wide retry', () => {
  it('sends the request again after the pause the server asked for', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const { transport, requests } = fakeTransport(busy, answer(hello));
      const interceptors = retrying(scheduler);
      const client = createClient({ baseURL, transport, apiKey, interceptors, scheduler });

      expectObservable(client.chat(chatRequest).pipe(textDeltas(), toText())).toBe('3s (x|)', { x: 'Hello' });
      scheduler.flush();
      expect(requests).toHaveLength(2);
      expect(requests[1]).toEqual(requests[0]);
    });
  });

  it('gives up after its number of retries, and reports each answer', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const lost = throwError(() => new ConnectionError('The connection was lost'));
      const { transport, requests } = fakeTransport(busy, lost, busy);
      const statuses: number[] = [];
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });
      const chunks = client.chat(chatRequest, { onResponse: ({ status }) => statuses.push(status) });

      // 3 s as told, then a random pause of 6 ms.
      const error = expect.objectContaining({ name: 'RateLimitError', retryAfter: 3000 }) as Error;
      expectObservable(chunks).toBe('3s 6ms #', {}, error);
      scheduler.flush();
      expect(requests).toHaveLength(3);
      expect(statuses).toEqual([429, 429]);
    });
  });

  it('does not repeat what was emitted', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const lost = new ConnectionError('The connection was lost');
      const { transport, requests } = fakeTransport(
        cold('-ha-#', { h: head(), a: data(eventStream(textChunk('Hel'))) }, lost),
      );
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });

      expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe('--a-#', { a: 'Hel' }, lost);
      scheduler.flush();
      expect(requests).toHaveLength(1);
    });
  });

  it('stops when the request is unsubscribed during a pause', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const { transport, requests } = fakeTransport(busy, NEVER);
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });

      expectObservable(client.chat(chatRequest), '^ 1s !').toBe('');
      scheduler.flush();
      expect(requests).toHaveLength(1);
    });
  });
});
