/* A marble test for the test runner of Node, as a user of the package would write it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createClient, retryOnRateLimit, textDeltas } from 'rxllm';
import { fakeTransport, runMarbles } from 'rxllm/testing';

const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };

/** Expects the text of an answer after a rate limit. */
function expectText(marbles) {
  runMarbles(({ chunks, expectObservable, flush }) => {
    const busy = { status: 429, headers: { 'retry-after': '2' } };
    const transport = fakeTransport([busy, { body: chunks('r-a-b-f|', { a: 'Hel', b: 'lo' }) }]);
    const client = createClient({ baseURL: 'http://server.test/v1', transport });

    const text = client.chat(request).pipe(retryOnRateLimit(), textDeltas());
    expectObservable(text).toBe(marbles, { a: 'Hel', b: 'lo' });
    flush();
    assert.deepEqual(
      transport.requests.map(({ sentAt }) => sentAt),
      [0, 2000],
    );
  });
}

// First, since it must not take what Node does at the first exchange for a promise of the test.
it('shows the difference', () => expectText('2002ms a--b-|'));

it('waits for a busy server', () => expectText('2002ms a-b--|'));
