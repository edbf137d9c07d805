import { fetchTransport } from '../../src/transport/fetch-transport.js';
import { undiciTransport } from '../../src/transport/undici-transport.js';
import { closeServers, deserted, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { transportRequest } from '../support/transport-events.js';
import { describeBreakage } from './contract/breakage.js';
import { describeEncodings } from './contract/encodings.js';
import { describeExchanges } from './contract/exchanges.js';
import { describeFollowedRedirects, describeRefusedRedirects } from './contract/redirects.js';
import { describeUnsubscribing } from './contract/unsubscribing.js';

describe.each([
  ['fetchTransport', fetchTransport],
  ['undiciTransport', undiciTransport],
])('%s', (_name, createTransport) => {
  expectQuietProcess();
  afterEach(closeServers);

  describeExchanges(() => createTransport());
  describeUnsubscribing(() => createTransport());
  describeBreakage(() => createTransport());
  describeEncodings(() => createTransport());
  describeRefusedRedirects(() => createTransport());
  describeFollowedRedirects(() => createTransport());

  it('sends nothing when it is unsubscribed while it connects', async () => {
    const server = await startServer();
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

  it("tells the system's reason when nobody listens", async () => {
    const error = await failureOf(createTransport()(transportRequest(await deserted())));

    expect((error as Error).message).toContain('ECONNREFUSED');
  });
});
