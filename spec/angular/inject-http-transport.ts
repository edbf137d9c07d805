import { withHttpClient } from '../../src/angular/index.js';
import type { Transport } from '../../src/index.js';
import { TestBed } from '../support/test-bed.js';

/** Injects the transport that `withHttpClient()` gives to a client. */
export function injectHttpTransport(): Transport {
  return TestBed.runInInjectionContext(() => withHttpClient().configure!({}).transport!);
}
