import type { Transport } from '../../src/transport/transport.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';
import { describeBreakage } from '../transport/contract/breakage.js';
import { describeEncodings } from '../transport/contract/encodings.js';
import { describeExchanges } from '../transport/contract/exchanges.js';
import { describeRefusedRedirects } from '../transport/contract/redirects.js';
import { describeUnsubscribing } from '../transport/contract/unsubscribing.js';
import { bundleProgram, openProgram, type Program } from './open-program.js';
import { transportIn } from './transport-in.js';
import { useBrowser } from './use-browser.js';

const openPage = useBrowser();
let program: Program;
let transport: Transport;

beforeAll(async () => {
  program = await bundleProgram('exchanges');
});

beforeEach(async () => {
  const page = await openPage();
  await openProgram(page, program);
  transport = await transportIn(page);
});

afterEach(closeServers);

describe('the transport of the web build in a page of another origin', () => {
  describeExchanges(() => transport);
  describeUnsubscribing(() => transport);
  describeBreakage(() => transport);
  describeEncodings(() => transport);
  describeRefusedRedirects(() => transport);

  it('leaves nothing open when it is unsubscribed while connecting', async () => {
    const left: ServedExchange[] = [];
    const server = await startServer({
      answer: (served) => {
        if (served.path === '/left') {
          left.push(served);
        } else {
          served.head(200);
          served.end('whole');
        }
      },
    });

    observe(transport(transportRequest(`${server.url}/left`))).unsubscribe();
    const stayed = observe(transport(transportRequest(`${server.url}/stayed`)));

    expect(await stayed.ended).toBeUndefined();
    expect(bodyOf(stayed.values)).toBe('whole');
    // A browser may have sent the request before it is aborted; then it closes the connection.
    expect(await Promise.all(left.map(({ over }) => over))).toEqual(left.map(() => 'cut'));
  });
});
