/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { provideHttpClient, withFetch } from '@angular/common/http';
import { closeServers } from '../support/loopback.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { TestBed } from '../support/test-bed.js';
import { describeBreakage } from '../transport/contract/breakage.js';
import { describeConnecting } from '../transport/contract/connecting.js';
import { describeEncodings } from '../transport/contract/encodings.js';
import { describeExchanges } from '../transport/contract/exchanges.js';
import { describeRedirects } from '../transport/contract/redirects.js';
import { describeUnsubscribing } from '../transport/contract/unsubscribing.js';
import { injectHttpTransport } from './inject-http-transport.js';

describe('withHttpClient over fetch as a transport', () => {
  expectQuietProcess();
  beforeEach(() => TestBed.configureTestingModule({ providers: [provideHttpClient(withFetch())] }));
  afterEach(closeServers);

  describeExchanges(injectHttpTransport);
  describeUnsubscribing(injectHttpTransport);
  describeBreakage(injectHttpTransport);
  describeEncodings(injectHttpTransport);
  describeRedirects(injectHttpTransport);
  describeConnecting(injectHttpTransport);
});
