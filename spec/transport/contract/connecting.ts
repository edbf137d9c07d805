import type { Transport } from '../../../src/transport/transport.js';
import { deserted, startServer } from '../../support/loopback.js';
import { failureOf, observe } from '../../support/observe.js';
import { transportRequest } from '../../support/transport-events.js';

/** Specs of connecting outside a browser. Browsers hide the reason of a failure, and may send at once. */
export function describeConnecting(createTransport: () => Transport, start = startServer): void {
  it('sends nothing when it is unsubscribed while it connects', async () => {
    const server = await start();
    const transport = createTransport();

    observe(transport(transportRequest(`${server.url}/left`))).unsubscribe();
    const seen = observe(transport(transportRequest(`${server.url}/stayed`)));
    const served = await server.next();
    served.head(200);
    served.end();
    await seen.ended;

    expect(served.path).toBe('/stayed');
    expect(server.requests).toBe(1);
  });

  it("names the system's error code when no server listens", async () => {
    const error = await failureOf(createTransport()(transportRequest(await deserted())));

    expect((error as Error).message).toContain('ECONNREFUSED');
  });
}
