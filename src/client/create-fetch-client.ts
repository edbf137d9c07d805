import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import type { Transport } from '../transport/transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';
import { ownHeaders, readEnvironment } from './environment.js';

/** Creates a client over `fetch` that reads the environment and names itself as the one over undici does. It never retries. */
export function createFetchClient(config: ClientConfig = {}): Client {
  const createTransport = (): Transport => fetchTransport();
  return buildClient(config, { createTransport, environment: readEnvironment(), headers: ownHeaders });
}
