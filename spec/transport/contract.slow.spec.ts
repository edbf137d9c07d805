import { fetchTransport } from '../../src/transport/fetch/fetch-transport.js';
import { undiciTransport } from '../../src/transport/undici/undici-transport.js';
import { createCertificate } from '../support/certificate.js';
import { closeServers, startServer } from '../support/loopback.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { trustingTransport } from '../support/trusting-transport.js';
import { describeBreakage } from './contract/breakage.js';
import { describeConnecting } from './contract/connecting.js';
import { describeEncodings } from './contract/encodings.js';
import { describeExchanges } from './contract/exchanges.js';
import { describeRedirects } from './contract/redirects.js';
import { describeUnsubscribing } from './contract/unsubscribing.js';

let tls: Awaited<ReturnType<typeof createCertificate>>;
const startHttp2: typeof startServer = (config) => startServer({ ...config, tls });

describe.each([
  ['fetchTransport', fetchTransport, startServer],
  ['undiciTransport over HTTP/1.1', undiciTransport, startServer],
  ['undiciTransport over HTTP/2', () => trustingTransport(tls.cert), startHttp2],
])('%s', (_name, createTransport, start) => {
  expectQuietProcess();
  beforeAll(async () => {
    tls = await createCertificate();
  });
  afterEach(closeServers);

  describeExchanges(() => createTransport(), start);
  describeUnsubscribing(() => createTransport(), start);
  describeBreakage(() => createTransport(), start);
  describeEncodings(() => createTransport(), start);
  describeRedirects(() => createTransport(), start);
  describeConnecting(() => createTransport(), start);
});
