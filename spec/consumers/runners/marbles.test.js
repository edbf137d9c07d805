/* What marble tests of streams need, the same in every runner. The runner's `describe` and `it` are globals here. */
import { from, map, merge, switchMap } from 'rxjs';
import { accumulateView, createClient, retryTransient, textDeltas, throttleRender } from 'rxllm';
import { fakeClient, fakeTransport, MarblesError, runMarbles } from 'rxllm/testing';
import assert from 'node:assert/strict';

const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };

describe('a marble test', () => {
  it('has a frame every 16 ms, or where animate says', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('abc 20ms d|').pipe(throttleRender())).toBe('a 15ms c 7ms (d|)');
    });
    runMarbles(({ animate, cold, expectObservable }) => {
      animate('            ----x-----x');
      const source = cold('ab-c---d-----|');

      expectObservable(source.pipe(throttleRender())).toBe('a---c-----d--|');
    });
  });

  it('shows an answer that is cut, that stalls, that loses its connection, and that contains an error', () =>
    runMarbles(({ chunks, cold, expectObservable }) => {
      const frame = cold('-e', { e: { error: { code: 'overloaded', message: 'Try again later' } } });
      const transport = fakeTransport([chunks('r-a|'), chunks('r-a'), chunks('r-a#'), frame].map((body) => ({ body })));
      const client = createClient({ baseURL: 'http://server.test/v1', transport, deadlines: { idle: 5000 } });
      const text = client.chat(request).pipe(textDeltas());

      expectObservable(text).toBe('--a#', undefined, { kind: 'truncated' });
      expectObservable(text).toBe('--a 4999ms #', undefined, { kind: 'timeout' });
      expectObservable(text).toBe('--a#', undefined, { kind: 'connection' });
      expectObservable(text).toBe('-#', undefined, { kind: 'overloaded' });
    }));

  it('halves the random pause of a retry, also of one that an interceptor hides', () =>
    runMarbles(({ chunks, expectObservable }) => {
      const transport = fakeTransport([{ status: 503 }, { status: 503 }, { body: chunks('a-f|') }]);
      const interceptors = [(request, next) => next(request).pipe(retryTransient())];
      const client = createClient({ baseURL: 'http://server.test/v1', transport, interceptors });

      expectObservable(client.chat(request).pipe(textDeltas())).toBe('750ms a--|');
    }));

  it('compares several values of one frame without moving what follows', () =>
    runMarbles(({ at, chunks, expectObservable }) => {
      const view = fakeClient(chunks('(rab)f|'))
        .chat(request)
        .pipe(
          accumulateView(),
          map(({ status, message }) => `${status} ${message.content}`),
        );

      expectObservable(view).toEqual(
        merge(at(0, 'waiting ', 'waiting ', 'streaming a', 'streaming ab'), at(5, 'streaming ab'), at(6, 'done ab')),
      );
    }));

  it('names a promise as the cause of a missing value', () => {
    const client = fakeClient('Hello');
    const answer = from(Promise.resolve(request)).pipe(
      switchMap((asked) => client.chat(asked)),
      textDeltas(),
    );

    assert.throws(
      () => runMarbles(({ expectObservable }) => expectObservable(answer).toBe('(a|)', { a: 'Hello' })),
      (error) => error instanceof MarblesError && /promise/u.test(error.message),
    );
  });
});
