import { lastValueFrom, take, toArray } from 'rxjs';
import type { Transport } from '../../../src/transport/transport.js';
import { startServer } from '../../support/loopback.js';
import { observe } from '../../support/observe.js';
import { bodyOf, transportRequest } from '../../support/transport-events.js';

/** Specs of what unsubscribing closes. */
export function describeUnsubscribing(createTransport: () => Transport, start = startServer): void {
  it('closes the exchange when it is unsubscribed before the headers', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
    expect(seen.values).toEqual([]);
  });

  it('closes the exchange when it is unsubscribed between the headers and the body', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    await seen.reached(1);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
  });

  it('closes the exchange when it is unsubscribed in the middle of the body', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200);
    served.write('one');
    await seen.reached(2);

    seen.unsubscribe();
    served.write('two');

    expect(await served.over).toBe('cut');
    expect(bodyOf(seen.values)).toBe('one');
  });

  it.each([1, 2])('closes the exchange after take(%s)', async (count) => {
    const server = await start();
    const events = lastValueFrom(createTransport()(transportRequest(server.url)).pipe(take(count), toArray()));
    const served = await server.next();
    served.head(200);
    served.write('one');

    expect(await events).toHaveLength(count);
    expect(await served.over).toBe('cut');
  });

  it('closes only its own exchange', async () => {
    const server = await start();
    const transport = createTransport();
    const left = observe(transport(transportRequest(`${server.url}/left`)));
    const leftServed = await server.next();
    const stayed = observe(transport(transportRequest(`${server.url}/stayed`)));
    const stayedServed = await server.next();
    leftServed.head(200);
    stayedServed.head(200);
    await Promise.all([left.reached(1), stayed.reached(1)]);

    left.unsubscribe();
    await leftServed.over;
    stayedServed.end('whole');

    expect(await stayed.ended).toBeUndefined();
    expect(bodyOf(stayed.values)).toBe('whole');
  });

  it('reuses the connection of an exchange that has ended', async () => {
    const server = await start();
    const transport = createTransport();

    for (let count = 0; count < 6; count += 1) {
      const seen = observe(transport(transportRequest(server.url)));
      const served = await server.next();
      served.head(200);
      served.end('whole');
      await seen.ended;
      seen.unsubscribe();
    }

    // A request made synchronously when another ends finds its connection still busy.
    expect(server.connections).toBeLessThanOrEqual(2);
  });
}
