import { concat, defer, NEVER, of, tap } from 'rxjs';
import type { Transport } from '../../src/transport/transport.js';
import { withRedirects } from '../../src/transport/with-redirects.js';
import { runMarbles } from '../support/run-marbles.js';
import { data, head, transportRequest } from '../support/transport-events.js';

const request = transportRequest('http://server.test/old', { redirects: 'same-origin' });
const moved = head(307, { location: '/new' });

it('ends the exchange that was redirected before it makes the next', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const events = { m: moved, h: head(), a: data('a') };
    const old = cold('     --m-a---      ', events);
    const oldSubs = '      ^-!           ';
    const next = cold('      --h-a-|     ', events);
    const nextSubs = '     --^-----!     ';
    const expected = '     ----h-a-|     ';
    const transport: Transport = ({ url }) => (url.endsWith('/old') ? old : next);

    expectObservable(withRedirects(transport)(request)).toBe(expected, events);
    expectSubscriptions(old.subscriptions).toBe(oldSubs);
    expectSubscriptions(next.subscriptions).toBe(nextSubs);
  });
});

it('follows a synchronous transport, taking no more of it than the head', () => {
  const log: string[] = [];
  const transport: Transport = ({ url }) =>
    defer(() => (url.endsWith('/old') ? concat(of(moved, data('old')), NEVER) : of(head(), data('new')))).pipe(
      tap(({ type }) => log.push(`${new URL(url).pathname} ${type}`)),
    );

  withRedirects(transport)(request).subscribe();

  expect(log).toEqual(['/old head', '/new head', '/new data']);
});

it('begins anew with each subscription', () => {
  const asked: string[] = [];
  const transport: Transport = ({ url }) => {
    asked.push(new URL(url).pathname);
    return url.endsWith('/old') ? of(moved) : of(head());
  };
  const exchange = withRedirects(transport)(request);

  exchange.subscribe();
  exchange.subscribe();

  expect(asked).toEqual(['/old', '/new', '/old', '/new']);
});
