import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';
import { readEnvironment } from './environment.js';

/** Creates a client over `fetch` that reads the environment as the one over undici does. It never retries by itself. */
export function createFetchClient(config: ClientConfig = {}): Client {
  // Deno asks its user for permission.
  const isComplete = config.apiKey !== undefined && config.baseURL !== undefined;
  return buildClient(config, {
    createTransport: () => fetchTransport(),
    environment: isComplete ? {} : readEnvironment(),
  });
}
