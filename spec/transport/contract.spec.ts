import { fetchTransport } from '../../src/transport/fetch/fetch-transport.js';
import { undiciTransport } from '../../src/transport/undici/undici-transport.js';
import { closeServers } from '../support/loopback.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { describeBreakage } from './contract/breakage.js';
import { describeConnecting } from './contract/connecting.js';
import { describeEncodings } from './contract/encodings.js';
import { describeExchanges } from './contract/exchanges.js';
import { describeRedirects } from './contract/redirects.js';
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
  describeRedirects(() => createTransport());
  describeConnecting(() => createTransport());
});
