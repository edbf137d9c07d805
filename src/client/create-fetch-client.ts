import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';
import { ownHeaders, readEnvironment, trustedEnvironment } from './environment.js';

/** Creates a client over `fetch` that reads the environment, names itself and resumes as the one over undici does. */
export function createFetchClient(config: ClientConfig = {}): Client {
  // Deno asks its user for permission.
  const isComplete = config.apiKey !== undefined && config.baseURL !== undefined;
  return buildClient(config, {
    createTransport: () => fetchTransport(),
    headers: ownHeaders,
    ...(isComplete ? {} : { environmentFor: trustedEnvironment(readEnvironment()) }),
  });
}
