import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import { buildClient, type Client } from './client.js';
import type { ClientConfig } from './client-config.js';

/**
 * Creates a client for an OpenAI-style server, over `fetch`.
 *
 * ```ts
 * const client = createClient({ baseURL: '/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For a field that is unknown or malformed, and for an `apiKey` in a web page.
 */
export function createClient(config: ClientConfig = {}): Client {
  return buildClient(config, { createTransport: () => fetchTransport(), environment: {} });
}
