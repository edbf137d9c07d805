/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { HttpClient, provideHttpClient, withFetch } from '@angular/common/http';
import { httpClientTransport } from '../../src/angular/http-client-transport.js';
import type { Transport } from '../../src/index.js';
import { closeServers } from '../support/loopback.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { TestBed } from '../support/test-bed.js';
import { describeBreakage } from '../transport/contract/breakage.js';
import { describeConnecting } from '../transport/contract/connecting.js';
import { describeEncodings } from '../transport/contract/encodings.js';
import { describeExchanges } from '../transport/contract/exchanges.js';
import { describeRedirects } from '../transport/contract/redirects.js';
import { describeUnsubscribing } from '../transport/contract/unsubscribing.js';

describe('a transport over HttpClient with fetch', () => {
  expectQuietProcess();
  beforeEach(() => TestBed.configureTestingModule({ providers: [provideHttpClient(withFetch())] }));
  afterEach(closeServers);

  const createTransport = (): Transport => httpClientTransport(TestBed.inject(HttpClient));
  describeExchanges(createTransport);
  describeUnsubscribing(createTransport);
  describeBreakage(createTransport);
  describeEncodings(createTransport);
  describeRedirects(createTransport);
  describeConnecting(createTransport);
});
