/*
 * How do I test my service with marbles?
 *
 * `fakeTransport` answers a real client from a script, and inside `runMarbles` all time is virtual: rate limits, a
 * render rate and a deadline of 30 seconds are tested to the millisecond, instantly. This file runs in jest; with
 * vitest or `node --test`, import `describe`, `it` and an assertion.
 */
import type { Observable } from 'rxjs';
import { type Client, createClient } from 'rxllm';
import { accumulateText, retryOnRateLimit, textDeltas, throttleRender, withDeadlines } from 'rxllm';
import { fakeTransport, runMarbles } from 'rxllm/testing';

/** Streams answers to a screen: at most ten updates a second, waiting out rate limits, but 30 seconds at most. */
class Assistant {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  ask(content: string): Observable<string> {
    return this.#client.chat({ model: 'small', messages: [{ role: 'user', content }] }).pipe(
      retryOnRateLimit(), // waits as long as the server asks
      textDeltas(),
      accumulateText(),
      throttleRender(100),
      withDeadlines({ total: 30_000 }),
    );
  }
}

const baseURL = 'http://server.test/v1';
const busy = { status: 429, headers: { 'retry-after': '2' } };

describe('Assistant', () => {
  it('waits for a busy server, then renders at most every 100 ms', () => {
    runMarbles(({ chunks, expectObservable, flush }) => {
      const body = chunks('r-ab 200ms c-f|', { a: 'Hel', b: 'lo', c: '!' });
      const transport = fakeTransport([busy, { headAfter: 40, body, cutAt: 'every-byte' }]);
      const assistant = new Assistant(createClient({ baseURL, transport }));

      const expected = '2042ms a 99ms b 101ms c--|';
      expectObservable(assistant.ask('Hi')).toBe(expected, { a: 'Hel', b: 'Hello', c: 'Hello!' });
      flush();
      expect(transport.requests.map(({ sentAt }) => sentAt)).toEqual([0, 2000]);
    });
  });

  it('gives up after 30 seconds and aborts the request', () => {
    runMarbles(({ chunks, expectObservable, flush }) => {
      const transport = fakeTransport({ body: chunks('r-a----', { a: 'Hel' }) });
      const assistant = new Assistant(createClient({ baseURL, transport }));

      expectObservable(assistant.ask('Hi')).toBe('--a 29997ms #', { a: 'Hel' }, { name: 'DeadlineError' });
      flush();
      expect(transport.requests).toMatchObject([{ endedAt: 30_000, ending: 'unsubscribed' }]);
    });
  });
});
