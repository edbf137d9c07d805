/* The jsdom environment, with web APIs that jsdom lacks. */
import { TestEnvironment } from 'jest-environment-jsdom';

export default class Page extends TestEnvironment {
  async setup() {
    await super.setup();
    const { fetch, Headers, Request, Response, ReadableStream } = globalThis;
    // From Node 24 on, fetch refuses the signals of jsdom.
    const { AbortController, AbortSignal } = globalThis;
    const { ArrayBuffer, TextDecoder, TextEncoder, Uint8Array } = globalThis;
    Object.assign(this.global, { fetch, Headers, Request, Response, ReadableStream });
    Object.assign(this.global, { AbortController, AbortSignal });
    Object.assign(this.global, { ArrayBuffer, TextDecoder, TextEncoder, Uint8Array });
  }
}
